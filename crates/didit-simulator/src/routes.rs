//! Every route, and the checks a request passes before its handler runs.

use axum::http::{Method, StatusCode};
use uuid::Uuid;

use super::{
    auth::{self, applications},
    billing, blocklist,
    call::Call,
    control, lists, page,
    reply::{Answer, Reply, html_not_found, method_not_allowed},
    sessions,
    state::State,
    webhooks, workflows,
};

mod access;

pub(super) use access::Access;
use access::admit;

type Handler = fn(&mut State, &Call) -> Answer;

/// A path and what it answers. `{uuid}` matches canonical lower-case UUIDs only, `{text}` any one non-empty part,
/// `{rest}` everything that is left.
pub(super) struct Route {
    pub(super) path: &'static str,
    pub(super) access: Access,
    handlers: &'static [(Method, Handler)],
}

const fn route(
    path: &'static str,
    access: Access,
    handlers: &'static [(Method, Handler)],
) -> Route {
    Route {
        path,
        access,
        handlers,
    }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

static ROUTES: &[Route] = &[
    route(
        "/auth/v2/programmatic/register/",
        Access::Open,
        &[(POST, auth::register)],
    ),
    route(
        "/auth/v2/programmatic/resend-otp/",
        Access::Open,
        &[(POST, auth::resend_code)],
    ),
    route(
        "/auth/v2/programmatic/verify-email/",
        Access::Open,
        &[(POST, auth::verify_email)],
    ),
    route(
        "/auth/v2/programmatic/login/",
        Access::Open,
        &[(POST, auth::login)],
    ),
    route(
        "/auth/v2/organizations/me/",
        Access::Bearer,
        &[(GET, applications::organizations)],
    ),
    route(
        "/auth/v2/organizations/me/{uuid}/applications/",
        Access::Bearer,
        &[
            (GET, applications::list_applications),
            (POST, applications::create_application),
        ],
    ),
    route(
        "/auth/v2/organizations/me/{uuid}/applications/{uuid}/",
        Access::Bearer,
        &[
            (GET, applications::get_application),
            (PATCH, applications::update_application),
        ],
    ),
    route(
        "/v3/workflows/",
        Access::Key,
        &[(GET, workflows::list), (POST, workflows::create)],
    ),
    route(
        "/v3/workflows/{uuid}/",
        Access::Key,
        &[
            (GET, workflows::get),
            (PATCH, workflows::update),
            (DELETE, workflows::delete),
        ],
    ),
    route(
        "/v3/session/",
        Access::Key,
        &[(POST, sessions::create::create)],
    ),
    route("/v3/sessions/", Access::Key, &[(GET, sessions::list::list)]),
    route(
        "/v3/sessions/delete/",
        Access::Key,
        &[(POST, sessions::delete::delete_many)],
    ),
    route(
        "/v3/sessions/{uuid}/reviews/",
        Access::Key,
        &[
            (GET, sessions::reviews::list),
            (POST, sessions::reviews::create),
        ],
    ),
    route(
        "/v3/session/{uuid}/decision/",
        Access::Session,
        &[(GET, sessions::decision)],
    ),
    route(
        "/v3/session/{uuid}/delete/",
        Access::Session,
        &[(DELETE, sessions::delete::delete_one)],
    ),
    route(
        "/v3/session/{uuid}/update-status/",
        Access::Session,
        &[(PATCH, sessions::update_status::update_status)],
    ),
    route(
        "/v3/session/{uuid}/generate-pdf/",
        Access::Session,
        &[(GET, sessions::generate_pdf)],
    ),
    route(
        "/v3/session/{uuid}/generate-pdf",
        Access::Session,
        &[(GET, sessions::generate_pdf)],
    ),
    route(
        "/v3/session/{uuid}/sandbox/arm/",
        Access::SessionToken,
        &[(POST, sessions::arm)],
    ),
    route(
        "/v3/billing/balance/",
        Access::Key,
        &[(GET, billing::balance)],
    ),
    route(
        "/v3/billing/top-up/",
        Access::Key,
        &[(POST, billing::top_up)],
    ),
    route(
        "/v3/lists/",
        Access::Key,
        &[(GET, lists::list), (POST, lists::create)],
    ),
    route(
        "/v3/lists/{uuid}/",
        Access::Key,
        &[
            (GET, lists::get),
            (PATCH, lists::update),
            (DELETE, lists::delete),
        ],
    ),
    route(
        "/v3/lists/{uuid}/entries/",
        Access::Key,
        &[(GET, lists::entries::list), (POST, lists::entries::create)],
    ),
    route(
        "/v3/lists/{uuid}/entries/face-upload/",
        Access::Key,
        &[(POST, lists::entries::upload_face)],
    ),
    route(
        "/v3/lists/{uuid}/entries/{uuid}/",
        Access::Key,
        &[(DELETE, lists::entries::delete)],
    ),
    route("/v3/blocklist/", Access::Key, &[(GET, blocklist::list)]),
    route("/v3/blocklist/add/", Access::Key, &[(POST, blocklist::add)]),
    route(
        "/v3/blocklist/remove/",
        Access::Key,
        &[(POST, blocklist::remove)],
    ),
    route(
        "/v3/webhook/destinations/",
        Access::Key,
        &[(GET, webhooks::list), (POST, webhooks::create)],
    ),
    route(
        "/v3/webhook/destinations/{uuid}/",
        Access::Key,
        &[
            (GET, webhooks::get),
            (PATCH, webhooks::update),
            (DELETE, webhooks::delete),
        ],
    ),
    route("/", Access::Page, &[(GET, page::dashboard::show)]),
    route("/inbox", Access::Page, &[(GET, page::inbox::show)]),
    route("/media/{rest}", Access::Page, &[(GET, page::media::show)]),
    route(
        "/session/{text}",
        Access::Page,
        &[(GET, page::session::show), (POST, page::session::act)],
    ),
    route(
        "/{text}/session/{text}",
        Access::Page,
        &[(GET, page::session::show), (POST, page::session::act)],
    ),
    route(
        "/u/{text}",
        Access::Page,
        &[(GET, page::session::invite), (POST, page::session::accept)],
    ),
    route(
        "/checkout/{text}",
        Access::Page,
        &[(GET, page::checkout::show), (POST, page::checkout::pay)],
    ),
    route(
        "/_simulator/requests",
        Access::Control,
        &[(GET, control::requests), (DELETE, control::forget_requests)],
    ),
    route(
        "/_simulator/open",
        Access::Control,
        &[(GET, control::open_requests)],
    ),
    route(
        "/_simulator/inbox",
        Access::Control,
        &[(GET, control::inbox)],
    ),
    route(
        "/_simulator/people",
        Access::Control,
        &[(GET, control::people)],
    ),
    route(
        "/_simulator/sessions/{uuid}/start",
        Access::Control,
        &[(POST, control::start_session)],
    ),
    route(
        "/_simulator/sessions/{uuid}/finish",
        Access::Control,
        &[(POST, control::finish_session)],
    ),
    route(
        "/_simulator/sessions/{uuid}/status",
        Access::Control,
        &[(POST, control::force_status)],
    ),
    route(
        "/_simulator/webhooks",
        Access::Control,
        &[(GET, control::webhooks), (PATCH, control::webhook_settings)],
    ),
    route(
        "/_simulator/faults",
        Access::Control,
        &[
            (GET, control::list_faults),
            (POST, control::add_fault),
            (DELETE, control::clear_faults),
        ],
    ),
    route(
        "/_simulator/clock",
        Access::Control,
        &[(POST, control::advance_clock)],
    ),
    route(
        "/_simulator/balance",
        Access::Control,
        &[(POST, control::set_balance)],
    ),
    route(
        "/_simulator/mode",
        Access::Control,
        &[(POST, control::set_mode)],
    ),
    route(
        "/_simulator/state",
        Access::Control,
        &[(GET, control::counts)],
    ),
    route(
        "/_simulator/reset",
        Access::Control,
        &[(POST, control::reset)],
    ),
];

/// Answers one request from the state: route, limits, access, method, handler, in the order the API checks them.
pub(super) fn dispatch(state: &mut State, call: &mut Call) -> Reply {
    state.let_time_pass();
    if call.path == "/v3/sessions" && call.method == Method::GET {
        let query = if call.raw_query.is_empty() { "" } else { "?" };
        let location = format!("/v3/sessions/{query}{}", call.raw_query);
        return Reply::redirect(StatusCode::MOVED_PERMANENTLY, location);
    }
    let Some((route, parameters)) = find(&call.path) else {
        return html_not_found();
    };
    if state.legacy && route.path.starts_with("/v3/lists/") {
        return html_not_found();
    }
    call.parameters = parameters;
    let now = state.now();
    let limits = state.limits.as_mut();
    limits
        .map_or(Ok(()), |limits| limits.check(call, route, now))
        .and_then(|()| admit(state, call, route.access))
        .and_then(|()| {
            let method = if call.method == Method::HEAD {
                &Method::GET
            } else {
                &call.method
            };
            let Some((_, handler)) = route.handlers.iter().find(|(known, _)| known == method)
            else {
                let allowed: Vec<&str> = route
                    .handlers
                    .iter()
                    .map(|(known, _)| known.as_str())
                    .collect();
                return Err(method_not_allowed(
                    call.method.as_str(),
                    &allowed.join(", "),
                ));
            };
            handler(state, call)
        })
        .unwrap_or_else(|refusal| refusal)
}

fn find(path: &str) -> Option<(&'static Route, Vec<String>)> {
    ROUTES
        .iter()
        .find_map(|route| matched(route.path, path).map(|parameters| (route, parameters)))
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
