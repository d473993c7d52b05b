//! The pages for people: what this is, the inbox, checkout and placeholder media. They are plain HTML with plain forms.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use uuid::Uuid;

use super::{
    call::Call,
    pdf,
    reply::{Answer, Reply},
    state::{State, micros, money},
};

pub(super) mod session;

/// One grey pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:40rem;padding:1rem}\
.notice{border:2px solid #b45309;border-radius:.5rem;padding:.5rem 1rem}code{overflow-wrap:anywhere}\
a.button,button{background:#1d4ed8;border:0;border-radius:.5rem;color:#fff;display:inline-block;font:inherit;\
padding:.75rem 1.25rem;text-decoration:none}label{display:block;padding:.5rem 0}table{border-collapse:collapse}\
td,th{border-bottom:1px solid #8888;padding:.25rem .75rem .25rem 0;text-align:left}\
:focus-visible{outline:3px solid #f59e0b;outline-offset:2px}";

/// Text made harmless for HTML, in attributes too.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A whole page. `title` is escaped here, `content` is HTML already.
fn page(status: StatusCode, title: &str, content: &str) -> Reply {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - Didit simulator</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p class=\"notice\" role=\"note\"><strong>This is a simulator.</strong> Nothing here is real: no person is \
         verified, no e-mail is sent and no money moves.</p>\n{content}\n</main>\n</body>\n</html>\n"
    );
    Reply::html(status, html)
        .with_header(
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'".to_owned(),
        )
        .with_header("referrer-policy", "no-referrer".to_owned())
        .with_header("cache-control", "no-store".to_owned())
}

fn missing(what: &str) -> Reply {
    page(
        StatusCode::NOT_FOUND,
        "Not found",
        &format!("<p>There is no such {what}.</p>"),
    )
}

/// A field of a posted form.
fn form_field(call: &Call, name: &str) -> Option<String> {
    url::form_urlencoded::parse(&call.body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// `GET /`
pub(super) fn index(state: &mut State, _: &Call) -> Answer {
    let mut content = format!(
        "<p>It answers like the Didit API, for trying a client without an account.</p>\n<ul>\n\
         <li>Verification API: <code>{0}/v3</code></li>\n<li>Account API: <code>{0}/auth/v2</code></li>\n\
         <li>Mode: {1}</li>\n",
        escape(&state.origin),
        state.mode.name(),
    );
    for application in &state.applications {
        content.push_str(&format!(
            "<li>Key of {}: <code>{}</code></li>\n",
            escape(&application.name),
            escape(&application.api_key)
        ));
    }
    content.push_str("<li><a href=\"/inbox\">Inbox</a> with the e-mails it would have sent</li>\n</ul>\n<h2>Sessions</h2>\n");
    if state.sessions.is_empty() {
        content.push_str("<p>None yet.</p>");
    } else {
        content.push_str("<table>\n<tr><th scope=\"col\">Number</th><th scope=\"col\">User</th><th scope=\"col\">Status</th></tr>\n");
        for session in state.sessions.iter().rev().take(50) {
            content.push_str(&format!(
                "<tr><td><a href=\"/session/{}\">{}</a></td><td>{}</td><td>{}</td></tr>\n",
                escape(&session.token),
                session.number,
                escape(session.vendor_data.as_deref().unwrap_or("-")),
                session.status.name()
            ));
        }
        content.push_str("</table>");
    }
    Ok(page(StatusCode::OK, "Simulated Didit", &content))
}

/// `GET /inbox`
pub(super) fn inbox(state: &mut State, _: &Call) -> Answer {
    if state.inbox.is_empty() {
        return Ok(page(StatusCode::OK, "Inbox", "<p>No e-mails yet.</p>"));
    }
    let mut content = String::from(
        "<table>\n<tr><th scope=\"col\">To</th><th scope=\"col\">Subject</th><th scope=\"col\">Code</th>\
         <th scope=\"col\">Sent</th></tr>\n",
    );
    for mail in state.inbox.iter().rev() {
        content.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td>{}</td></tr>\n",
            escape(&mail.to),
            escape(&mail.subject),
            escape(mail.code.as_deref().unwrap_or("-")),
            micros(mail.sent_at)
        ));
    }
    content.push_str("</table>");
    Ok(page(StatusCode::OK, "Inbox", &content))
}

/// `GET /media/...`: a placeholder for every picture of a session that still exists.
pub(super) fn media(state: &mut State, call: &Call) -> Answer {
    let path = call.text(0);
    if path == "watchlist.html" {
        return Ok(page(
            StatusCode::OK,
            "Invented watch list",
            "<p>The people on it do not exist.</p>",
        ));
    }
    let known = path
        .split('/')
        .next()
        .and_then(|id| Uuid::parse_str(id).ok())
        .is_some_and(|id| state.session(id).is_some());
    if !known {
        return Err(missing("picture"));
    }
    let (content_type, body) = if path.ends_with(".pdf") {
        (
            "application/pdf",
            pdf::one_page(&["Simulated document".to_owned()]),
        )
    } else if path.ends_with(".mp4") {
        ("video/mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp41".to_vec())
    } else {
        ("image/png", STANDARD.decode(PIXEL).unwrap_or_default())
    };
    Ok(Reply {
        status: StatusCode::OK,
        content_type,
        headers: Vec::new(),
        body,
    })
}

/// `GET /checkout/{id}`
pub(super) fn checkout(state: &mut State, call: &Call) -> Answer {
    let checkout = state
        .checkouts
        .iter()
        .find(|checkout| checkout.id == call.text(0))
        .ok_or_else(|| missing("checkout"))?;
    let amount = money(checkout.amount);
    if checkout.paid {
        let content = format!("<p role=\"status\">Paid. ${amount} were added to the balance.</p>");
        return Ok(page(StatusCode::OK, "Top-up", &content));
    }
    let cancel = checkout
        .cancel_url
        .as_deref()
        .map(|url| format!("\n<p><a href=\"{}\">Cancel</a></p>", escape(url)))
        .unwrap_or_default();
    let content = format!(
        "<p>Top-up of <strong>${amount}</strong>.</p>\n<form method=\"post\" action=\"/checkout/{}\">\n\
         <button type=\"submit\">Pay</button>\n</form>{cancel}",
        escape(&checkout.id)
    );
    Ok(page(StatusCode::OK, "Top-up", &content))
}

/// `POST /checkout/{id}`: raises the balance once.
pub(super) fn pay(state: &mut State, call: &Call) -> Answer {
    let checkout = state
        .checkouts
        .iter_mut()
        .find(|checkout| checkout.id == call.text(0))
        .ok_or_else(|| missing("checkout"))?;
    let first = !std::mem::replace(&mut checkout.paid, true);
    let (organization, amount) = (checkout.organization, checkout.amount);
    // Parsing writes the address in the ASCII form a header needs.
    let location = checkout
        .success_url
        .as_deref()
        .and_then(|url| url::Url::parse(url).ok())
        .map_or_else(|| format!("/checkout/{}", checkout.id), String::from);
    if let (true, Some(owner)) = (
        first,
        state
            .organizations
            .iter_mut()
            .find(|known| known.uuid == organization),
    ) {
        owner.balance += amount;
    }
    Ok(Reply::redirect(StatusCode::SEE_OTHER, location))
}
