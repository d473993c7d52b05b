//! Who may use which route.

use axum::http::StatusCode;

use crate::{
    call::Call,
    model::State,
    reply::{BAD_CREDENTIALS, NO_PERMISSION, Reply, detail, forbidden, not_found},
};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Part of the API, without credentials.
    Open,
    /// An application's `x-api-key`.
    Key,
    /// The key of the session's application or a console token of its organization; unknown sessions are not found
    /// before any credential is looked at.
    Session,
    /// The `Session-Token` of the session in the path.
    SessionToken,
    /// A console user's Bearer token.
    Bearer,
    /// A page for people; not part of the API.
    Page,
    /// The simulator's own JSON endpoints; not part of the API.
    Control,
}

/// Lets the call in and notes whose it is, or says why not.
pub fn admit(state: &State, call: &mut Call, access: Access) -> Result<(), Reply> {
    let key_owner = call
        .header("x-api-key")
        .and_then(|key| state.owner_of_key(key));
    let token = call
        .header("authorization")
        .and_then(|header| header.strip_prefix("Bearer "));
    let token_owner = token.and_then(|token| state.owner_of_token(token));
    match access {
        Access::Open | Access::Page | Access::Control => {}
        Access::Key => call.application = key_owner.ok_or_else(|| forbidden(NO_PERMISSION))?,
        Access::Bearer => {
            let refusal = || {
                detail(
                    StatusCode::UNAUTHORIZED,
                    "Authentication credentials were not provided.",
                )
                .with_header("www-authenticate", "Bearer".to_owned())
            };
            call.account = token_owner.ok_or_else(refusal)?;
        }
        Access::Session => {
            let owner = state.session(call.id(0)).ok_or_else(not_found)?.application;
            let may_use = match (key_owner, token_owner) {
                (Some(application), _) => application == owner,
                (None, Some(account)) => {
                    call.account = account;
                    let organization = state.organization_of(account);
                    organization.is_some()
                        && organization == state.application(owner).map(|known| known.organization)
                }
                (None, None) => return Err(forbidden(BAD_CREDENTIALS)),
            };
            if !may_use {
                return Err(forbidden(NO_PERMISSION));
            }
            call.application = owner;
        }
        Access::SessionToken => {
            let session = state.session(call.id(0));
            let session =
                session.filter(|session| call.header("session-token") == Some(&session.token));
            call.application = session.ok_or_else(not_found)?.application;
        }
    }
    Ok(())
}
