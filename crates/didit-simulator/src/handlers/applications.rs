//! Organizations and their applications.

use uuid::Uuid;

use crate::{
    call::Call,
    catalog::{OrRefuse, shown},
    model::{All, Application, State},
    reply::{Answer, Reply, created, ok},
    values::Fields,
};

pub fn organizations(state: &mut State, call: &Call) -> Answer {
    let own = state.organization_of(call.account).unwrap_or_default();
    let own = state.organizations.of(own);
    ok(own.map(|one| shown("ORGANIZATION", one)).collect())
}

pub fn list(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let own = state.applications.of(organization);
    ok(own.map(|one| shown("APPLICATION", one)).collect())
}

pub fn create(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let body = call.body()?;
    let owner = state.organizations.one(organization);
    let usual = format!("{} App", owner.map_or("", |owner| owner.name.as_str()));
    let name = body.text("name").unwrap_or(&usual);
    let application = state.open_application(organization, name, None, state.mode);
    created(shown("APPLICATION", application))
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    ok(shown("APPLICATION", requested(state, call)?))
}

pub fn update(state: &mut State, call: &Call) -> Answer {
    requested_organization(state, call)?;
    let body = call.body()?;
    let application = requested(state, call)?;
    application.settings.extend(body);
    ok(shown("APPLICATION", application))
}

fn requested<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Application, Reply> {
    let organization = requested_organization(state, call)?;
    let mut own = state.applications.of_mut(organization);
    let found = own.find(|known| known.uuid == call.id(1));
    found.or_refuse("not_found")
}

fn requested_organization(state: &State, call: &Call) -> Result<Uuid, Reply> {
    let own = state.organization_of(call.account);
    own.filter(|own| *own == call.id(0)).or_refuse("not_found")
}
