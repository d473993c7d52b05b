//! Organizations and their applications.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Mode,
    call::Call,
    fields::Fields,
    lists,
    reply::{Answer, Reply, not_found},
    state::{State, URL_SAFE, random_text, seconds},
};

#[derive(Clone, Debug)]
pub(crate) struct Organization {
    pub(crate) uuid: Uuid,
    pub(crate) name: String,
    contact_email: String,
    created_at: Timestamp,
    /// US dollars in ten-thousandths.
    pub(crate) balance: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) uuid: Uuid,
    pub(crate) organization: Uuid,
    pub(crate) name: String,
    pub(crate) client_id: String,
    pub(crate) api_key: String,
    pub(crate) mode: Mode,
    website_url: Value,
    redirect_uris: Value,
    terms_url: Value,
    privacy_url: Value,
    description: Value,
    created_at: Timestamp,
}

impl State {
    pub(crate) fn open_organization(&mut self, name: &str, email: &str, balance: i64) -> Uuid {
        let organization = Organization {
            uuid: Uuid::new_v4(),
            name: name.to_owned(),
            contact_email: email.to_owned(),
            created_at: self.now(),
            balance,
        };
        let id = organization.uuid;
        self.organizations.push(organization);
        id
    }

    /// A new application with its own key and system lists.
    pub(crate) fn open_application(
        &mut self,
        organization: Uuid,
        name: &str,
        key: Option<String>,
    ) -> Uuid {
        let application = Application {
            uuid: Uuid::new_v4(),
            organization,
            name: name.to_owned(),
            client_id: random_text(URL_SAFE, 22),
            api_key: key.unwrap_or_else(|| random_text(URL_SAFE, 43)),
            mode: self.mode,
            website_url: Value::Null,
            redirect_uris: json!([]),
            terms_url: Value::Null,
            privacy_url: Value::Null,
            description: Value::Null,
            created_at: self.now(),
        };
        let id = application.uuid;
        self.applications.push(application);
        lists::add_system_lists(self, id);
        id
    }
}

/// Whether a console user belongs to the organization of `application`.
pub(crate) fn may_use(state: &State, account: Uuid, application: Uuid) -> bool {
    let organization = state
        .accounts
        .iter()
        .find(|known| known.uuid == account)
        .and_then(|known| known.organization);
    let owner = state
        .application(application)
        .map(|known| known.organization);
    organization.is_some() && organization == owner
}

/// `GET /organizations/me/`
pub(crate) fn organizations(state: &mut State, call: &Call) -> Answer {
    let own = own_organization(state, call.account);
    let rows: Vec<Value> = state
        .organizations
        .iter()
        .filter(|organization| Some(organization.uuid) == own)
        .map(|organization| {
            json!({
                "uuid": organization.uuid,
                "name": organization.name,
                "contact_email": organization.contact_email,
                "created_at": seconds(organization.created_at),
            })
        })
        .collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `GET /organizations/me/{org_uuid}/applications/`
pub(crate) fn list_applications(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let rows: Vec<Value> = state
        .applications
        .iter()
        .filter(|application| application.organization == organization)
        .map(Application::show)
        .collect();
    Ok(Reply::ok(&json!(rows)))
}

/// `POST /organizations/me/{org_uuid}/applications/`
pub(crate) fn create_application(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    let name = fields.words("name", 255);
    fields.finish()?;
    let name = name.unwrap_or_else(|| {
        let owner = state
            .organizations
            .iter()
            .find(|known| known.uuid == organization);
        format!("{} App", owner.map_or("", |known| known.name.as_str()))
    });
    let id = state.open_application(organization, &name, None);
    let application = state.application(id).ok_or_else(not_found)?;
    Ok(Reply::created(&application.show()))
}

/// `GET /organizations/me/{org_uuid}/applications/{app_uuid}/`
pub(crate) fn get_application(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let application = state
        .application(call.id(1))
        .filter(|application| application.organization == organization)
        .ok_or_else(not_found)?;
    Ok(Reply::ok(&application.show()))
}

/// `PATCH /organizations/me/{org_uuid}/applications/{app_uuid}/`
pub(crate) fn update_application(state: &mut State, call: &Call) -> Answer {
    let organization = requested_organization(state, call)?;
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    let name = fields.words("name", 255);
    fields.finish()?;
    let application = state
        .applications
        .iter_mut()
        .find(|known| known.uuid == call.id(1) && known.organization == organization)
        .ok_or_else(not_found)?;
    if let Some(name) = name {
        application.name = name;
    }
    for (key, slot) in [
        ("website_url", &mut application.website_url),
        ("redirect_uris", &mut application.redirect_uris),
        ("terms_url", &mut application.terms_url),
        ("privacy_url", &mut application.privacy_url),
        ("description", &mut application.description),
    ] {
        if let Some(value) = body.get(key) {
            slot.clone_from(value);
        }
    }
    Ok(Reply::ok(&application.show()))
}

impl Application {
    fn show(&self) -> Value {
        json!({
            "uuid": self.uuid,
            "name": self.name,
            "client_id": self.client_id,
            "api_key": self.api_key,
            "mode": self.mode.name(),
            "website_url": self.website_url,
            "redirect_uris": self.redirect_uris,
            "terms_url": self.terms_url,
            "privacy_url": self.privacy_url,
            "description": self.description,
            "created_at": seconds(self.created_at),
        })
    }
}

fn own_organization(state: &State, account: Uuid) -> Option<Uuid> {
    state
        .accounts
        .iter()
        .find(|known| known.uuid == account)
        .and_then(|known| known.organization)
}

fn requested_organization(state: &State, call: &Call) -> Result<Uuid, Reply> {
    own_organization(state, call.account)
        .filter(|own| *own == call.id(0))
        .ok_or_else(not_found)
}
