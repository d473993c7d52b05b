//! Every route, and the checks a request passes before its handler runs.

use std::sync::LazyLock;

use axum::http::{Method, StatusCode};
use uuid::Uuid;

use crate::{
    behaviour::{
        access::{Access, admit},
        play, rate_limit,
    },
    call::Call,
    contract::{Credentials, OPERATIONS, Operation},
    handlers::{Handler, PLAYED, control},
    model::State,
    pages::{checkout, dashboard, media, session},
    reply::{Answer, Reply, html_not_found, method_not_allowed, not_played},
};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// The pages for people. `{text}` matches any one non-empty part, `{rest}` everything that is left.
const PAGES: &[(Method, &str, Handler)] = &[
    (GET, "/", dashboard::show),
    (GET, "/inbox", dashboard::inbox),
    (GET, "/media/{rest}", media::show),
    (GET, "/session/{text}", session::show),
    (POST, "/session/{text}", session::act),
    (GET, "/{text}/session/{text}", session::show),
    (POST, "/{text}/session/{text}", session::act),
    (GET, "/u/{text}", session::invite),
    (POST, "/u/{text}", session::accept),
    (GET, "/checkout/{text}", checkout::show),
    (POST, "/checkout/{text}", checkout::pay),
];

/// The simulator's own endpoints. `{uuid}` matches canonical lower-case UUIDs only.
const CONTROLS: &[(Method, &str, Handler)] = &[
    (GET, "/_simulator/requests", control::requests),
    (DELETE, "/_simulator/requests", control::forget_requests),
    (GET, "/_simulator/open", control::open_requests),
    (GET, "/_simulator/inbox", control::inbox),
    (GET, "/_simulator/people", control::people),
    (
        POST,
        "/_simulator/sessions/{uuid}/start",
        control::start_session,
    ),
    (
        POST,
        "/_simulator/sessions/{uuid}/finish",
        control::finish_session,
    ),
    (
        POST,
        "/_simulator/sessions/{uuid}/status",
        control::force_status,
    ),
    (GET, "/_simulator/webhooks", control::webhooks),
    (PATCH, "/_simulator/webhooks", control::webhook_settings),
    (GET, "/_simulator/faults", control::list_faults),
    (POST, "/_simulator/faults", control::add_fault),
    (DELETE, "/_simulator/faults", control::clear_faults),
    (POST, "/_simulator/clock", control::advance_clock),
    (POST, "/_simulator/balance", control::set_balance),
    (POST, "/_simulator/mode", control::set_mode),
    (GET, "/_simulator/state", control::counts),
    (POST, "/_simulator/reset", control::reset),
];

/// A path and what it answers.
struct Route {
    pattern: String,
    access: Access,
    endpoints: Vec<Endpoint>,
}

/// What one method does on a path. Without a handler, the operation is known and not played.
struct Endpoint {
    method: Method,
    operation: Option<&'static Operation>,
    handler: Option<Handler>,
}

static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let mut routes: Vec<Route> = Vec::new();
    for operation in OPERATIONS.iter() {
        let handler = PLAYED
            .iter()
            .find(|(id, _)| *id == operation.id)
            .map(|(_, handler)| *handler);
        let Ok(method) = operation.method.parse::<Method>() else {
            continue;
        };
        let endpoint = |method| Endpoint {
            method,
            operation: Some(operation),
            handler,
        };
        let access = access(operation);
        // The report is also found without the slash at the end.
        if operation.id == "session_report_get" {
            let pattern = operation.pattern().trim_end_matches('/').to_owned();
            add(&mut routes, pattern, access, endpoint(method.clone()));
        }
        add(&mut routes, operation.pattern(), access, endpoint(method));
    }
    for (table, access) in [(PAGES, Access::Page), (CONTROLS, Access::Control)] {
        for (method, path, handler) in table {
            let endpoint = Endpoint {
                method: method.clone(),
                operation: None,
                handler: Some(*handler),
            };
            add(&mut routes, (*path).to_owned(), access, endpoint);
        }
    }
    let order = [GET, POST, PATCH, DELETE];
    for route in &mut routes {
        let place =
            |endpoint: &Endpoint| order.iter().position(|method| *method == endpoint.method);
        route.endpoints.sort_by_key(place);
    }
    // A path that is written out goes before one that only fits.
    routes.sort_by_key(|route| route.pattern.matches('{').count());
    routes
});

fn add(routes: &mut Vec<Route>, pattern: String, access: Access, endpoint: Endpoint) {
    match routes.iter_mut().find(|route| route.pattern == pattern) {
        Some(route) => route.endpoints.push(endpoint),
        None => routes.push(Route {
            pattern,
            access,
            endpoints: vec![endpoint],
        }),
    }
}

fn access(operation: &Operation) -> Access {
    match operation.auth {
        Credentials::None => Access::Open,
        Credentials::Key if operation.path().starts_with("/v3/session/{") => Access::Session,
        Credentials::Key | Credentials::KeyOrg => Access::Key,
        Credentials::SessionToken => Access::SessionToken,
        Credentials::Bearer => Access::Bearer,
    }
}

/// Answers one request from the state: route, limits, access, method, query, handler, in the order the API checks them.
pub fn dispatch(state: &mut State, call: &mut Call) -> Reply {
    play::let_time_pass(state);
    if call.path == "/v3/sessions" && call.method == Method::GET {
        let query = if call.raw_query.is_empty() { "" } else { "?" };
        let location = format!("/v3/sessions/{query}{}", call.raw_query);
        return Reply::redirect(StatusCode::MOVED_PERMANENTLY, location);
    }
    let found = ROUTES
        .iter()
        .find_map(|route| Some((route, matched(&route.pattern, &call.path)?)));
    let Some((route, parameters)) = found else {
        return html_not_found();
    };
    if state.legacy && route.pattern.starts_with("/v3/lists/") {
        return html_not_found();
    }
    call.parameters = parameters;
    answer(state, call, route).unwrap_or_else(|refusal| refusal)
}

fn answer(state: &mut State, call: &mut Call, route: &'static Route) -> Answer {
    let method = if call.method == Method::HEAD {
        GET
    } else {
        call.method.clone()
    };
    let endpoint = route
        .endpoints
        .iter()
        .find(|endpoint| endpoint.method == method);
    call.operation = endpoint.and_then(|endpoint| endpoint.operation);
    if let (Some(operation), Some(None)) =
        (call.operation, endpoint.map(|endpoint| endpoint.handler))
    {
        return Err(not_played(
            &operation.id,
            &operation.method,
            &operation.path(),
        ));
    }
    rate_limit::check(state, call)?;
    admit(state, call, route.access)?;
    let Some(handler) = endpoint.and_then(|endpoint| endpoint.handler) else {
        let allowed: Vec<&str> = route
            .endpoints
            .iter()
            .map(|endpoint| endpoint.method.as_str())
            .collect();
        return Err(method_not_allowed(
            call.method.as_str(),
            &allowed.join(", "),
        ));
    };
    call.operation
        .map_or(Ok(()), |operation| operation.check_query(&call.query))?;
    handler(state, call)
}

/// The variable parts of `path`, when it has the form of `pattern`.
fn matched(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut parameters = Vec::new();
    let mut parts = path.split('/');
    for expected in pattern.split('/') {
        let part = parts.next()?;
        match expected {
            "{uuid}" if is_canonical_uuid(part) => parameters.push(part.to_owned()),
            "{text}" if !part.is_empty() => parameters.push(part.to_owned()),
            "{rest}" => {
                let rest: Vec<&str> = std::iter::once(part).chain(parts.by_ref()).collect();
                parameters.push(rest.join("/"));
            }
            literal if literal == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

/// Whether the API's own path expressions would accept `text`: hyphenated, lower case.
fn is_canonical_uuid(text: &str) -> bool {
    text.len() == 36
        && Uuid::parse_str(text).is_ok()
        && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_played_is_in_the_table() {
        for (id, _) in PLAYED {
            assert!(
                OPERATIONS.iter().any(|operation| operation.id == *id),
                "{id}"
            );
        }
    }
}
