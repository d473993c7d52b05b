//! Who may use which route.

use axum::http::StatusCode;

use crate::{
    call::Call,
    contract::Credentials,
    model::{All, State},
    reply::{BAD_CREDENTIALS, NO_PERMISSION, Reply, detail, forbidden, not_found, refuse_if},
};

/// Lets the call in and notes whose it is, or says why not.
pub fn admit(state: &State, call: &mut Call, wanted: Credentials) -> Result<(), Reply> {
    let key_owner = call
        .header("x-api-key")
        .and_then(|key| state.owner_of_key(key));
    let token = call.header("authorization");
    let token = token.and_then(|header| header.strip_prefix("Bearer "));
    let token_owner = token.and_then(|token| state.owner_of_token(token));
    match wanted {
        Credentials::None => {}
        Credentials::Key | Credentials::KeyOrg => {
            call.application = key_owner.ok_or_else(|| forbidden(NO_PERMISSION))?;
        }
        Credentials::Bearer => {
            let text = "Authentication credentials were not provided.";
            let refusal = || detail(StatusCode::UNAUTHORIZED, text);
            let refusal = || refusal().with_header("www-authenticate", "Bearer".to_owned());
            call.account = token_owner.ok_or_else(refusal)?;
        }
        Credentials::Session => {
            let session = state.sessions.one(call.id(0));
            let owner = session.ok_or_else(not_found)?.application;
            let may_use = match (key_owner, token_owner) {
                (Some(application), _) => application == owner,
                (None, Some(account)) => {
                    call.account = account;
                    let organization = state
                        .applications
                        .one(owner)
                        .map(|known| known.organization);
                    organization.is_some() && organization == state.organization_of(account)
                }
                (None, None) => return Err(forbidden(BAD_CREDENTIALS)),
            };
            refuse_if(!may_use, || forbidden(NO_PERMISSION))?;
            call.application = owner;
        }
        Credentials::SessionToken => {
            let session = state.sessions.one(call.id(0));
            let token = call.header("session-token");
            let session = session.filter(|session| token == Some(&session.token));
            call.application = session.ok_or_else(not_found)?.application;
        }
    }
    Ok(())
}
