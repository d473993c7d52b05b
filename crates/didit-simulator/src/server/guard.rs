//! Who may speak to the simulator: programs on this machine and its own pages, and no page of the web.
//!
//! A page that somebody reads in a browser can send requests to loopback, and by letting its own name point there
//! (DNS rebinding) even read the answers. Browsers say whom they mean (`Host`) and for whom they ask (`Origin`,
//! `Sec-Fetch-Site`), and pages can't change these headers. Programs send no `Origin` and are not hindered.

use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderValue, Method, header, request::Parts};

use crate::{catalog::refuse_when, reply::Checked, values::is_json};

/// The names by which this machine is called from itself.
const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Refuses what a page from elsewhere sent, before its body is read.
pub fn admit(request: &Parts, own: SocketAddr) -> Checked {
    let host = text(&request.headers, header::HOST.as_str());
    // A request line with a whole address names a host as well; hyper leaves the header as it came.
    let named = request.uri.authority().map(|authority| authority.as_str());
    let is_meant = host.is_some_and(|host| is_own(host, own));
    let is_named = named.is_none_or(|name| is_own(name, own));
    refuse_when("foreign_host", !is_meant || !is_named)?;
    let is_own_origin = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        let host = origin.and_then(|origin| origin.strip_prefix("http://"));
        host.is_some_and(|host| is_own(host, own))
    };
    let mut origins = request.headers.get_all(header::ORIGIN).iter();
    let foreign_site = match text(&request.headers, "sec-fetch-site") {
        None | Some("same-origin" | "none") => false,
        Some(_) => !follows_a_link(request),
    };
    refuse_when("foreign_page", !origins.all(is_own_origin) || foreign_site)?;
    let is_control = request.uri.path().starts_with("/_simulator/");
    let kind = text(&request.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let length = request.headers.get(header::CONTENT_LENGTH);
    let has_body = request.headers.contains_key(header::TRANSFER_ENCODING)
        || length.is_some_and(|length| length != "0");
    let is_bare = is_control && has_body && !is_json(kind);
    refuse_when("control_wants_json", is_bare)
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
    let listening = own.to_string();
    let name = match host.strip_suffix(&format!(":{}", own.port())) {
        Some(name) => name,
        None if own.port() == 80 => host,
        None => return false,
    };
    listening == format!("{name}:{}", own.port())
        || OWN_NAMES
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
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
