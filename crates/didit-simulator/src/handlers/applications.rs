//! Organizations and their applications.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Call,
    model::{Application, Organization, State},
    reply::{Answer, Reply, not_found},
    values::Fields,
};

pub fn organizations(state: &mut State, call: &Call) -> Answer {
    let own = state.organization_of(call.account);
    let organizations = state
        .organizations
        .iter()
        .filter(|organization| Some(organization.uuid) == own);
    let rows: Vec<Value> = organizations.map(Organization::show).collect();
    Ok(Reply::ok(&json!(rows)))
}

pub fn list(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let own = state
        .applications
        .iter()
        .filter(|known| known.organization == organization);
    let rows: Vec<Value> = own.map(Application::show).collect();
    Ok(Reply::ok(&json!(rows)))
}

pub fn create(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let body = call.body()?;
    let owner = state
        .organizations
        .iter()
        .find(|known| known.uuid == organization);
    let usual = format!("{} App", owner.map_or("", |owner| owner.name.as_str()));
    let name = body.text("name").unwrap_or(&usual);
    Ok(Reply::created(
        &state.open_application(organization, name, None).show(),
    ))
}

pub fn get(state: &mut State, call: &Call) -> Answer {
    requested(state, call).map(|application| Reply::ok(&application.show()))
}

pub fn update(state: &mut State, call: &Call) -> Answer {
    requested_organization(state, call)?;
    let body = call.body()?;
    let application = requested(state, call)?;
    application.settings.extend(body);
    Ok(Reply::ok(&application.show()))
}

fn requested<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Application, Reply> {
    let organization = requested_organization(state, call)?;
    let mut own = state
        .applications
        .iter_mut()
        .filter(|known| known.organization == organization);
    own.find(|known| known.uuid == call.id(1))
        .ok_or_else(not_found)
}

fn requested_organization(state: &State, call: &Call) -> Result<Uuid, Reply> {
    state
        .organization_of(call.account)
        .filter(|own| *own == call.id(0))
        .ok_or_else(not_found)
}
