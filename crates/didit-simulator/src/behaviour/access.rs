//! Who may use which route.

use crate::{
    call::Call,
    catalog::{OrRefuse, refusal, refuse_when},
    contract::Credentials,
    model::{All, State},
    reply::Checked,
};

/// Lets the call in and notes whose it is, or says why not.
pub fn admit(state: &State, call: &mut Call, wanted: Credentials) -> Checked {
    let key = call.header("x-api-key");
    let mut applications = state.applications.iter();
    let key_owner = applications.find(|known| key == Some(&known.api_key));
    let key_owner = key_owner.map(|known| known.uuid);
    let token = call.header("authorization");
    let token = token.and_then(|header| header.strip_prefix("Bearer "));
    let mut tokens = state
        .tokens
        .iter()
        .filter(|known| known.expires_at > state.now());
    let token_owner = tokens.find(|known| token == Some(&known.text));
    let token_owner = token_owner.map(|known| known.account);
    let is_wrong = key.is_some() && key_owner.is_none() && !state.legacy;
    match wanted {
        Credentials::None => {}
        Credentials::Key | Credentials::KeyOrg => {
            let refusal = if is_wrong {
                "wrong_key"
            } else {
                "no_permission"
            };
            call.application = key_owner.or_refuse(refusal)?;
        }
        Credentials::Bearer => {
            let wanted = ("www-authenticate", "Bearer".to_owned());
            let refusal = || refusal("no_token").with_header(wanted.0, wanted.1);
            call.account = token_owner.ok_or_else(refusal)?;
        }
        Credentials::Session => {
            let session = state.sessions.one(call.id(0));
            let owner = session.or_refuse("not_found")?.application;
            let may_use = match (key_owner, token_owner) {
                (Some(application), _) => application == owner,
                (None, Some(account)) => {
                    call.account = account;
                    let owner = state.applications.one(owner);
                    let own = state.organization_of(account);
                    owner.is_some_and(|owner| own == Some(owner.organization))
                }
                (None, None) if is_wrong => return Err(refusal("wrong_key")),
                (None, None) => return Err(refusal("bad_credentials")),
            };
            refuse_when("no_permission", !may_use)?;
            call.application = owner;
        }
        Credentials::SessionToken => {
            let session = state.sessions.one(call.id(0));
            let token = call.header("session-token");
            let session = session.filter(|session| token == Some(&session.token));
            call.application = session.or_refuse("not_found")?.application;
        }
    }
    let rights = state.applications.one(call.application);
    let denied = rights.map_or(&[][..], |known| &known.rights.denied);
    let is_denied = denied.iter().any(|part| call.path.contains(part));
    refuse_when("no_permission", is_denied)
}
