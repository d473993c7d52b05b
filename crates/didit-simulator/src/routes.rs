//! Every route, and the checks a request passes before its handler runs.

use std::{iter, sync::LazyLock};

use axum::http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::{
    behaviour::{access::admit, play, rate_limit},
    call::Call,
    catalog::refusal_with,
    contract::{Credentials, OPERATIONS, Operation},
    handlers::{
        Handler, PLAYED,
        control::{self, rows},
    },
    model::State,
    pages::{checkout, dashboard, media, session},
    reply::{Answer, Reply, html_not_found},
};

const GET: &str = "GET";
const POST: &str = "POST";
const PATCH: &str = "PATCH";
const DELETE: &str = "DELETE";

type Row = (&'static str, &'static str, Handler);

/// The pages for people. `{text}` matches any one non-empty part, `{rest}` everything that is left.
const PAGES: &[Row] = &[
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

/// The simulator's own endpoints, under `/_simulator/`. `{uuid}` matches canonical lower-case UUIDs only.
const CONTROLS: &[Row] = &[
    (GET, "requests", |state, _| rows("REQUEST", &state.requests)),
    (DELETE, "requests", control::forget_requests),
    (GET, "open", control::open_requests),
    (GET, "inbox", |state, _| rows("MAIL", &state.inbox)),
    (GET, "people", control::people),
    (POST, "sessions/{uuid}/start", control::start_session),
    (POST, "sessions/{uuid}/finish", control::finish_session),
    (POST, "sessions/{uuid}/status", control::force_status),
    (GET, "webhooks", |state, _| {
        rows("DELIVERY", &state.deliveries)
    }),
    (PATCH, "webhooks", control::webhook_settings),
    (GET, "faults", |state, _| rows("FAULT", &state.faults)),
    (POST, "faults", control::add_fault),
    (DELETE, "faults", control::clear_faults),
    (POST, "clock", control::advance_clock),
    (POST, "balance", control::set_balance),
    (POST, "mode", control::set_mode),
    (POST, "second-factor", control::set_second_factor),
    (POST, "key-rights", control::set_key_rights),
    (POST, "reviewer", control::set_reviewer),
    (GET, "state", control::counts),
    (POST, "reset", control::reset),
];

/// What one method does on a path. Without a handler, the operation is known and not played.
struct Endpoint {
    pattern: String,
    method: &'static str,
    operation: Option<&'static Operation>,
    handler: Option<Handler>,
}

/// A path that is written out goes before one that only fits, and the methods of a path have an order.
static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for operation in OPERATIONS.iter() {
        let played = PLAYED.iter().find(|(id, _)| *id == operation.id);
        let endpoint = |pattern: &str| Endpoint {
            pattern: pattern.to_owned(),
            method: &operation.method,
            operation: Some(operation),
            handler: played.map(|(_, handler)| *handler),
        };
        let pattern = operation.pattern();
        all.push(endpoint(&pattern));
        // The report is also found without the slash at the end.
        if operation.id == "session_report_get" {
            all.push(endpoint(pattern.trim_end_matches('/')));
        }
    }
    for (rows, prefix) in [(PAGES, ""), (CONTROLS, "/_simulator/")] {
        all.extend(rows.iter().map(|(method, path, handler)| Endpoint {
            pattern: format!("{prefix}{path}"),
            method,
            operation: None,
            handler: Some(*handler),
        }));
    }
    all.sort_by_key(|endpoint| {
        let mut methods = [GET, POST, PATCH, DELETE].into_iter();
        let method = methods.position(|method| method == endpoint.method);
        (endpoint.pattern.matches('{').count(), method)
    });
    all
});

/// Answers one request from the state: route, limits, access, method, query, handler, in the order the API checks them.
pub fn dispatch(state: &mut State, call: &mut Call) -> Reply {
    play::let_time_pass(state);
    if call.path == "/v3/sessions" && call.method == GET {
        let query = if call.raw_query.is_empty() { "" } else { "?" };
        let location = format!("/v3/sessions/{query}{}", call.raw_query);
        return Reply::redirect(StatusCode::MOVED_PERMANENTLY, location);
    }
    answer(state, call).unwrap_or_else(|refusal| refusal)
}

fn answer(state: &mut State, call: &mut Call) -> Answer {
    let mut all = ENDPOINTS.iter();
    let found = all.find_map(|one| Some((one, matched(&one.pattern, &call.path)?)));
    let (first, parameters) = found.ok_or_else(html_not_found)?;
    if state.legacy && first.pattern.starts_with("/v3/lists/") {
        return Err(html_not_found());
    }
    call.parameters = parameters;
    let of_the_path = || ENDPOINTS.iter().filter(|one| one.pattern == first.pattern);
    let method = match call.method.as_str() {
        "HEAD" => GET,
        method => method,
    };
    let endpoint = of_the_path().find(|endpoint| endpoint.method == method);
    call.operation = endpoint.and_then(|endpoint| endpoint.operation);
    let handler = endpoint.map(|endpoint| endpoint.handler);
    if let (Some(operation), Some(None)) = (call.operation, handler) {
        let words = json!({ "operation": operation.id, "method": operation.method, "path": operation.path() });
        return Err(refusal_with("not_played", words));
    }
    rate_limit::check(state, call)?;
    let wanted = first.operation.map(Operation::credentials);
    admit(state, call, wanted.unwrap_or(Credentials::None))?;
    let Some(Some(handler)) = handler else {
        let allowed: Vec<&str> = of_the_path().map(|endpoint| endpoint.method).collect();
        let words = json!({ "method": call.method.as_str() });
        let refusal = refusal_with("method_not_allowed", words);
        return Err(refusal.with_header("allow", allowed.join(", ")));
    };
    if let Some(operation) = call.operation {
        operation.check_query(&call.query)?;
    }
    let reply = handler(state, call)?;
    let mut applications = state.applications.iter();
    let hides_links =
        applications.any(|one| one.uuid == call.application && one.rights.hides_links);
    Ok(if hides_links {
        reply.without_links()
    } else {
        reply
    })
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
                let rest = iter::once(part).chain(parts.by_ref());
                parameters.push(rest.collect::<Vec<_>>().join("/"));
            }
            literal if literal == part => {}
            _ => return None,
        }
    }
    parts.next().is_none().then_some(parameters)
}

/// Whether the API's own path expressions would accept `text`: hyphenated, lower case.
fn is_canonical_uuid(text: &str) -> bool {
    Uuid::parse_str(text).is_ok_and(|uuid| uuid.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_played_is_in_the_table() {
        for (id, _) in PLAYED {
            let mut operations = OPERATIONS.iter();
            assert!(operations.any(|operation| operation.id == *id), "{id}");
        }
    }
}
