//! Who may use which route.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::{
    auth::applications,
    call::Call,
    reply::{BAD_CREDENTIALS, NO_PERMISSION, Reply, detail, forbidden, not_found},
    state::State,
};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
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
pub(super) fn admit(state: &State, call: &mut Call, access: Access) -> Result<(), Reply> {
    match access {
        Access::Open | Access::Page | Access::Control => Ok(()),
        Access::Key => {
            call.application = key_owner(state, call).ok_or_else(|| forbidden(NO_PERMISSION))?;
            Ok(())
        }
        Access::Bearer => {
            call.account = token_owner(state, call).ok_or_else(|| {
                detail(
                    StatusCode::UNAUTHORIZED,
                    "Authentication credentials were not provided.",
                )
                .with_header("www-authenticate", "Bearer".to_owned())
            })?;
            Ok(())
        }
        Access::Session => {
            let session = state.session(call.id(0)).ok_or_else(not_found)?;
            let owner = session.application;
            if let Some(application) = key_owner(state, call) {
                if application != owner {
                    return Err(forbidden(NO_PERMISSION));
                }
            } else {
                let account = token_owner(state, call).ok_or_else(|| forbidden(BAD_CREDENTIALS))?;
                if !applications::may_use(state, account, owner) {
                    return Err(forbidden(NO_PERMISSION));
                }
                call.account = account;
            }
            call.application = owner;
            Ok(())
        }
        Access::SessionToken => {
            let session = state
                .session(call.id(0))
                .filter(|session| call.header("session-token") == Some(session.token.as_str()))
                .ok_or_else(not_found)?;
            call.application = session.application;
            Ok(())
        }
    }
}

fn key_owner(state: &State, call: &Call) -> Option<Uuid> {
    let key = call.header("x-api-key")?;
    state
        .applications
        .iter()
        .find(|application| application.api_key == key)
        .map(|application| application.uuid)
}

fn token_owner(state: &State, call: &Call) -> Option<Uuid> {
    let token = call.header("authorization")?.strip_prefix("Bearer ")?;
    let now = state.now();
    state
        .tokens
        .iter()
        .find(|known| known.text == token && known.expires_at > now)
        .map(|known| known.account)
}
