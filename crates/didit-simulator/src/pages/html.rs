//! The frame and the parts that pages are made of.

use std::sync::LazyLock;

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    catalog::{Status, filled},
    reply::Reply,
    values::{Fields, plain, with},
};

const STYLE: &str = include_str!("style.css");

/// Allows this style sheet and nothing else. Where forms may lead is left open, because a finished session leads to the
/// developer's own application.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'")
});

/// `template` with values in place of its tags: `{{name}}` is text, `{{&name}}` HTML already. What stands between
/// `{{#name}}` and `{{/name}}` is there once per item of a list, or where there is such a value; after `{{^name}}`, where
/// there is none. `{{.}}` is the item itself.
pub fn fill(template: &str, values: &Value) -> String {
    fill_in(template, &[values])
}

fn fill_in(template: &str, scopes: &[&Value]) -> String {
    let mut html = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (tag, after) = after.split_once("}}").unwrap_or((after, ""));
        html.push_str(before);
        rest = after;
        let name = tag.trim_start_matches(['#', '^', '&']);
        let value = look_up(name, scopes);
        let is_there = !matches!(value, Value::Null | Value::Bool(false)) && *value != json!("");
        if tag.starts_with(['#', '^']) {
            let end = format!("{{{{/{name}}}}}");
            let (inner, after) = rest.split_once(&end).unwrap_or((rest, ""));
            rest = after;
            match value.as_array() {
                Some(items) if tag.starts_with('#') => {
                    let items = items.iter();
                    html.extend(items.map(|item| fill_in(inner, &[scopes, &[item]].concat())));
                }
                _ if is_there == tag.starts_with('#') => {
                    html.push_str(&fill_in(inner, &[scopes, &[value]].concat()));
                }
                _ => {}
            }
        } else if is_there {
            let text = plain(value);
            let is_html = tag.starts_with('&');
            html.push_str(&if is_html { text } else { escape(&text) });
        }
    }
    html + rest
}

/// The value in the innermost scope that has the name.
fn look_up<'a>(name: &str, scopes: &[&'a Value]) -> &'a Value {
    let mut inwards = scopes.iter().rev();
    let found = match name {
        "." => inwards.next().copied(),
        name => inwards.find_map(|scope| scope.get(name)),
    };
    found.unwrap_or(&Value::Null)
}

/// Text made harmless for HTML, in attributes too.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    let text = text.replace('>', "&gt;").replace('"', "&quot;");
    text.replace('\'', "&#39;")
}

/// A page that is mostly read and pressed: one column.
pub fn page(status: StatusCode, title: &str, template: &str, values: &Value) -> Reply {
    let frame = json!({ "title": title, "narrow": true, "content": fill(template, values) });
    framed(status, frame)
}

/// A page of the developer's, called `name` in the navigation.
pub fn wide_page(title: &str, name: &str, template: &str, values: &Value) -> Reply {
    let content = fill(template, values);
    let frame = json!({ "title": title, name: true, "content": content });
    framed(StatusCode::OK, frame)
}

fn framed(status: StatusCode, values: Value) -> Reply {
    let values = with(values, json!({ "style": STYLE }));
    Reply::html(status, fill(include_str!("frame.html"), &values))
        .with_header("content-security-policy", POLICY.clone())
        // Without a referrer, browsers send forms of these very pages as coming from nowhere, which is refused.
        .with_header("referrer-policy", "same-origin".to_owned())
        .with_header("x-content-type-options", "nosniff".to_owned())
        .with_header("cache-control", "no-store".to_owned())
}

pub fn missing(what: &str) -> Reply {
    let text = "<p>There is no such {{what}}. It may have been deleted, or the simulator was started anew: it keeps nothing \
                when it stops.</p>";
    let values = json!({ "what": what });
    page(StatusCode::NOT_FOUND, "Not found", text, &values)
}

/// A table of the newest rows with the cells of a form; nothing without rows. The first cell names its row; on a narrow
/// screen every cell repeats its column.
pub fn table(form: &str, rows: Vec<Value>, all: usize) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let caption = match rows.len() {
        shown if shown < all => format!("Newest {shown} of {all}; times are UTC."),
        _ => "Newest first; times are UTC.".to_owned(),
    };
    let shown = |one: &Value| json!({ "column": one.json("column"), "cell": cell(one) });
    let rows = rows.iter().map(|values| {
        let cells = filled(form, values);
        let cells: Vec<Value> = cells.as_array().into_iter().flatten().map(shown).collect();
        json!({ "head": cells.first(), "cells": cells.get(1..) })
    });
    let values = json!({
        "caption": caption,
        "columns": filled(form, &Value::Null),
        "rows": rows.collect::<Value>(),
    });
    fill(include_str!("table.html").trim_end(), &values)
}

/// A cell of a table, or the same within a page: text, code, a badge, a moment or a link.
pub fn cell(values: &Value) -> String {
    fill(include_str!("cell.html").trim_end(), values)
}

/// A status in words, with a sign and a colour that say the same.
pub fn badge(status: Status) -> Value {
    let (class, sign) = match status {
        Status::Approved => ("good", "✓"),
        Status::Declined => ("bad", "✕"),
        Status::InReview => ("unsure", "?"),
        status if status.is_unfinished() => ("soft", "…"),
        _ => ("soft", "–"),
    };
    json!({ "class": class, "sign": sign, "words": status })
}

/// How something went, in a sign and a colour beside the words.
pub fn outcome(good: bool, words: &str) -> Value {
    let (class, sign) = match good {
        true => ("long good", "✓"),
        false => ("long bad", "✕"),
    };
    json!({ "class": class, "sign": sign, "words": words })
}
