//! The pages for people. They are plain HTML with plain links and forms: no script, nothing from elsewhere.

use std::sync::LazyLock;

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{call::Call, reply::Reply, sessions::Status};

pub(super) mod checkout;
pub(super) mod dashboard;
pub(super) mod inbox;
pub(super) mod media;
pub(super) mod session;
mod steps;

const STYLE: &str = include_str!("page/style.css");

/// Allows this style sheet and nothing else. Where forms may lead is left open, because a finished session leads to the
/// developer's own application.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'")
});

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

/// A page that is mostly read and pressed: one column. `title` is escaped here, `content` is HTML already.
fn page(status: StatusCode, title: &str, content: &str) -> Reply {
    frame(status, title, "", " class=\"narrow\"", content)
}

/// A page of the developer's, at this address of the navigation.
fn wide_page(title: &str, address: &str, content: &str) -> Reply {
    frame(StatusCode::OK, title, address, "", content)
}

fn frame(status: StatusCode, title: &str, address: &str, width: &str, content: &str) -> Reply {
    let title = escape(title);
    let links: String = [("/", "Dashboard"), ("/inbox", "Inbox")]
        .map(|(target, name)| {
            let current = if target == address {
                " aria-current=\"page\""
            } else {
                ""
            };
            format!("<a href=\"{target}\"{current}>{name}</a>\n")
        })
        .concat();
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - Didit simulator</title>\n<style>{STYLE}</style>\n</head>\n<body{width}>\n\
         <a class=\"skip\" href=\"#content\">Skip to the content</a>\n\
         <header>\n<p>Didit simulator</p>\n<nav aria-label=\"Simulator\">\n{links}</nav>\n</header>\n\
         <main id=\"content\">\n<h1>{title}</h1>\n\
         <p class=\"notice\" role=\"note\"><strong>This is a simulator.</strong> Nothing here is real: no person is \
         verified, no e-mail is sent and no money moves.</p>\n{content}\n</main>\n</body>\n</html>\n"
    );
    Reply::html(status, html)
        .with_header("content-security-policy", POLICY.clone())
        // Without a referrer, browsers send forms of these very pages as coming from nowhere, which is refused.
        .with_header("referrer-policy", "same-origin".to_owned())
        .with_header("x-content-type-options", "nosniff".to_owned())
        .with_header("cache-control", "no-store".to_owned())
}

/// A table whose cells are HTML already. The first cell names its row; on a narrow screen every cell repeats its column.
fn table(caption: &str, columns: &[&str], rows: &[Vec<String>]) -> String {
    let heads: String = columns
        .iter()
        .map(|column| format!("<th scope=\"col\" role=\"columnheader\">{column}</th>"))
        .collect();
    let mut html = format!(
        "<table role=\"table\">\n<caption>{caption}</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">{heads}</tr></thead>\n\
         <tbody role=\"rowgroup\">\n"
    );
    for row in rows {
        html.push_str("<tr role=\"row\">");
        for (position, (cell, column)) in row.iter().zip(columns).enumerate() {
            if position == 0 {
                html.push_str(&format!(
                    "<th scope=\"row\" role=\"rowheader\" data-label=\"{column}\">{cell}</th>"
                ));
            } else {
                html.push_str(&format!(
                    "<td role=\"cell\" data-label=\"{column}\">{cell}</td>"
                ));
            }
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>");
    html
}

/// A status in words, with a sign and a colour that say the same.
fn status_badge(status: Status) -> String {
    let (class, sign) = match status {
        Status::Approved => ("good", "✓"),
        Status::Declined => ("bad", "✕"),
        Status::InReview => ("unsure", "?"),
        Status::Expired | Status::Abandoned | Status::KycExpired => ("soft", "–"),
        Status::NotStarted | Status::InProgress | Status::Resubmitted | Status::AwaitingUser => {
            ("soft", "…")
        }
    };
    format!(
        "<span class=\"status {class}\"><span aria-hidden=\"true\">{sign}</span> {}</span>",
        status.name()
    )
}

/// A moment, to the second.
fn moment(time: Timestamp) -> String {
    let shown = format!("{time:.0}");
    let (date, clock) = shown.split_once('T').unwrap_or((&shown, ""));
    format!(
        "<time datetime=\"{shown}\">{date} {}</time>",
        clock.trim_end_matches('Z')
    )
}

fn missing(what: &str) -> Reply {
    page(
        StatusCode::NOT_FOUND,
        "Not found",
        &format!(
            "<p>There is no such {what}. It may have been deleted, or the simulator was started anew: it keeps nothing \
             when it stops.</p>"
        ),
    )
}

/// A field of a posted form.
fn form_field(call: &Call, name: &str) -> Option<String> {
    url::form_urlencoded::parse(&call.body)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
