//! Who may speak to the simulator: programs on this machine and its own pages, and no page of the web.
//!
//! A page that somebody reads in a browser can send requests to loopback, and by letting its own name point there
//! (DNS rebinding) even read the answers. Browsers say whom they mean (`Host`) and for whom they ask (`Origin`,
//! `Sec-Fetch-Site`), and pages can't change these headers. Programs send no `Origin` and are not hindered.

use std::net::SocketAddr;

use axum::http::{HeaderMap, Method, StatusCode, header, request::Parts};

use crate::reply::{Reply, detail};

const FOREIGN_HOST: &str = "This is the Didit simulator. It answers to 127.0.0.1, localhost and [::1] with its own port only.";
const FOREIGN_PAGE: &str =
    "This is the Didit simulator. It takes no requests of pages from elsewhere.";
const CONTROL_WANTS_JSON: &str =
    "Control requests with a body want content-type: application/json.";

/// The names by which this machine is called from itself.
const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Refuses what a page from elsewhere sent, before its body is read.
pub fn admit(request: &Parts, own: SocketAddr) -> Result<(), Reply> {
    let host = text(&request.headers, header::HOST.as_str());
    // A request line with a whole address names a host as well; hyper leaves the header as it came.
    let named = request.uri.authority().map(|authority| authority.as_str());
    if !host.is_some_and(|host| is_own(host, own)) || !named.is_none_or(|name| is_own(name, own)) {
        return Err(detail(StatusCode::MISDIRECTED_REQUEST, FOREIGN_HOST));
    }
    let own_origin = |origin: &str| {
        origin
            .strip_prefix("http://")
            .is_some_and(|host| is_own(host, own))
    };
    let origins = request.headers.get_all(header::ORIGIN);
    let foreign_origin = origins
        .iter()
        .any(|origin| !origin.to_str().is_ok_and(own_origin));
    let foreign_site = match text(&request.headers, "sec-fetch-site") {
        None | Some("same-origin" | "none") => false,
        Some(_) => !follows_a_link(request),
    };
    if foreign_origin || foreign_site {
        return Err(detail(StatusCode::FORBIDDEN, FOREIGN_PAGE));
    }
    if request.uri.path().starts_with("/_simulator/") && has_body(&request.headers) {
        let kind = text(&request.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(detail(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                CONTROL_WANTS_JSON,
            ));
        }
    }
    Ok(())
}

/// Whether somebody opens a page of the simulator from elsewhere, as from the link in a chat: the page replaces the one that
/// named it, which can't read it.
fn follows_a_link(request: &Parts) -> bool {
    let path = request.uri.path();
    let of_a_program = ["/_simulator/", "/v1", "/v3", "/auth/"];
    request.method == Method::GET
        && text(&request.headers, "sec-fetch-mode") == Some("navigate")
        && text(&request.headers, "sec-fetch-dest") == Some("document")
        && !of_a_program.iter().any(|start| path.starts_with(start))
}

/// Whether `host`, such as `localhost:49152`, is this server. The port may be left out where it is HTTP's own.
fn is_own(host: &str, own: SocketAddr) -> bool {
    let port = own.port();
    let listening = match own {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    let is_own_name = |name: &str| {
        name == listening || OWN_NAMES.iter().any(|own| name.eq_ignore_ascii_case(own))
    };
    match host.strip_suffix(&format!(":{port}")) {
        Some(name) => is_own_name(name),
        None => port == 80 && is_own_name(host),
    }
}

fn has_body(headers: &HeaderMap) -> bool {
    headers.contains_key(header::TRANSFER_ENCODING)
        || headers
            .get(header::CONTENT_LENGTH)
            .is_some_and(|length| length != "0")
}

/// A header that is there once and is text; one that is there twice counts as something else.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    let value = all.next()?;
    match all.next() {
        Some(_) => Some(""),
        None => Some(value.to_str().unwrap_or_default()),
    }
}
