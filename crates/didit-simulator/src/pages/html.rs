//! The frame and the parts that pages are made of.

use std::sync::LazyLock;

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{catalog::status::Status, reply::Reply};

const STYLE: &str = include_str!("style.css");

/// Allows this style sheet and nothing else. Where forms may lead is left open, because a finished session leads to the
/// developer's own application.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'")
});

/// `template` with values in place of its placeholders: `{{name}}` is text, `{{&name}}` is HTML already.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut html = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        let bare = name.trim_start_matches('&');
        let value = values
            .iter()
            .find(|(known, _)| *known == bare)
            .map_or("", |(_, value)| *value);
        html.push_str(before);
        if bare == name {
            html.push_str(&escape(value));
        } else {
            html.push_str(value);
        }
        rest = after;
    }
    html + rest
}

/// Text made harmless for HTML, in attributes too.
pub fn escape(text: &str) -> String {
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

/// A page that is mostly read and pressed: one column. `content` is HTML already.
pub fn page(status: StatusCode, title: &str, content: &str) -> Reply {
    frame(
        status,
        title,
        &[("width", " class=\"narrow\""), ("content", content)],
    )
}

/// A page of the developer's, called `name` in the navigation.
pub fn wide_page(title: &str, name: &str, content: &str) -> Reply {
    frame(
        StatusCode::OK,
        title,
        &[(name, " aria-current=\"page\""), ("content", content)],
    )
}

fn frame(status: StatusCode, title: &str, own: &[(&str, &str)]) -> Reply {
    let mut values = vec![("title", title), ("style", STYLE)];
    values.extend(own);
    Reply::html(status, fill(include_str!("frame.html"), &values))
        .with_header("content-security-policy", POLICY.clone())
        // Without a referrer, browsers send forms of these very pages as coming from nowhere, which is refused.
        .with_header("referrer-policy", "same-origin".to_owned())
        .with_header("x-content-type-options", "nosniff".to_owned())
        .with_header("cache-control", "no-store".to_owned())
}

pub fn missing(what: &str) -> Reply {
    let text = format!(
        "<p>There is no such {what}. It may have been deleted, or the simulator was started anew: it keeps nothing when it \
         stops.</p>"
    );
    page(StatusCode::NOT_FOUND, "Not found", &text)
}

/// A table whose cells are HTML already. The first cell names its row; on a narrow screen every cell repeats its column.
pub fn table<const N: usize>(caption: &str, columns: [&str; N], rows: &[[String; N]]) -> String {
    let heads = columns
        .map(|column| format!("<th scope=\"col\" role=\"columnheader\">{column}</th>"))
        .concat();
    let mut html = format!(
        "<table role=\"table\">\n<caption>{caption}</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">{heads}</tr></thead>\n\
         <tbody role=\"rowgroup\">\n"
    );
    for row in rows {
        html.push_str("<tr role=\"row\">");
        for (position, (cell, column)) in row.iter().zip(columns).enumerate() {
            let (tag, role) = if position == 0 {
                ("th scope=\"row\"", "rowheader")
            } else {
                ("td", "cell")
            };
            let end = tag.get(..2).unwrap_or_default();
            html.push_str(&format!(
                "<{tag} role=\"{role}\" data-label=\"{column}\">{cell}</{end}>"
            ));
        }
        html.push_str("</tr>\n");
    }
    html + "</tbody>\n</table>"
}

/// A status in words, with a sign and a colour that say the same.
pub fn status_badge(status: Status) -> String {
    let (class, sign) = match status {
        Status::Approved => ("good", "✓"),
        Status::Declined => ("bad", "✕"),
        Status::InReview => ("unsure", "?"),
        Status::Expired | Status::Abandoned | Status::KycExpired => ("soft", "–"),
        Status::NotStarted | Status::InProgress | Status::Resubmitted | Status::AwaitingUser => {
            ("soft", "…")
        }
    };
    badge(class, sign, status.name())
}

/// How something went, in a sign and a colour beside the words.
pub fn outcome_badge(good: bool, words: &str) -> String {
    if good {
        badge("long good", "✓", words)
    } else {
        badge("long bad", "✕", words)
    }
}

fn badge(class: &str, sign: &str, words: &str) -> String {
    let words = escape(words);
    format!(
        "<span class=\"status {class}\"><span aria-hidden=\"true\">{sign}</span> {words}</span>"
    )
}

/// A moment, to the second.
pub fn moment(time: Timestamp) -> String {
    let shown = format!("{time:.0}");
    let (date, clock) = shown.split_once('T').unwrap_or((&shown, ""));
    format!(
        "<time datetime=\"{shown}\">{date} {}</time>",
        clock.trim_end_matches('Z')
    )
}

pub fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}
