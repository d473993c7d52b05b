//! The older blocklist endpoints, which work on the same system lists.

use std::convert::identity;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    fields::Fields,
    lists::entries::{Entry, value_of},
    reply::{Answer, Reply, field_text, not_found},
    state::{State, micros},
};

const KINDS: [&str; 4] = ["face", "document", "phone", "email"];

/// `POST /v3/blocklist/add/`
pub(super) fn add(state: &mut State, call: &Call) -> Answer {
    let (session, kinds) = read(state, call, "blocklist")?;
    let now = state.now();
    let values: Vec<(&str, Entry)> = state
        .session(session)
        .into_iter()
        .flat_map(|session| {
            kinds.iter().filter_map(move |kind| {
                Some((
                    *kind,
                    Entry::from_session(session, value_of(session, kind)?, now),
                ))
            })
        })
        .collect();
    for (kind, entry) in values {
        if let Some(list) = state.blocklist_mut(call.application, kind) {
            // What is blocked already stays as it is.
            drop(list.add(entry));
        }
    }
    Ok(Reply::ok(
        &json!({ "message": "Successfully updated blocklist." }),
    ))
}

/// `POST /v3/blocklist/remove/`
pub(super) fn remove(state: &mut State, call: &Call) -> Answer {
    let (session, kinds) = read(state, call, "unblock")?;
    for kind in kinds {
        let value = state
            .session(session)
            .and_then(|session| value_of(session, kind));
        if let Some(list) = state.blocklist_mut(call.application, kind) {
            list.entries
                .retain(|entry| Some(&entry.value) != value.as_ref());
        }
    }
    Ok(Reply::ok(
        &json!({ "message": "Successfully removed from blocklist." }),
    ))
}

/// `GET /v3/blocklist/`
pub(super) fn list(state: &mut State, call: &Call) -> Answer {
    let wanted = call.query("item_type");
    if let Some(kind) = wanted.filter(|kind| !KINDS.contains(kind)) {
        return Err(super::reply::field(
            "item_type",
            &format!("\"{kind}\" is not a valid choice."),
        ));
    }
    let mut entries: Vec<(&str, &Entry)> = state
        .lists
        .iter()
        .filter(|list| list.application == call.application && list.list_type == "blocklist")
        .filter(|list| KINDS.contains(&list.entry_type.as_str()))
        .filter(|list| wanted.is_none_or(|wanted| list.entry_type == wanted))
        .flat_map(|list| {
            list.entries
                .iter()
                .map(|entry| (list.entry_type.as_str(), entry))
        })
        .collect();
    entries.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.created_at));
    let rows = entries
        .into_iter()
        .map(|(kind, entry)| row(state, kind, entry))
        .collect();
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 20, identity)))
}

fn row(state: &State, kind: &str, entry: &Entry) -> Value {
    let session = entry.session_id.and_then(|id| state.session(id));
    let result = |feature: &str, key: &str| session?.result(feature)?.get(key).cloned();
    let mut row = Map::new();
    for key in [
        "face_image",
        "document_type",
        "document_number",
        "front_image",
        "phone_number",
        "country_code",
        "email",
    ] {
        row.insert(key.to_owned(), Value::Null);
    }
    let mut put = |key: &str, value: Option<Value>| {
        row.insert(key.to_owned(), value.unwrap_or(Value::Null));
    };
    put("type", Some(json!(kind)));
    put("session_id", Some(json!(entry.session_id)));
    put("session_number", Some(json!(entry.session_number)));
    put("blocklisted_at", Some(json!(micros(entry.created_at))));
    match kind {
        "face" => put("face_image", result("LIVENESS", "reference_image")),
        "document" => {
            put("document_type", result("OCR", "document_type"));
            put("document_number", Some(json!(entry.value.to_uppercase())));
            put("front_image", result("OCR", "front_image"));
        }
        "phone" => {
            put("phone_number", Some(json!(entry.value)));
            put("country_code", result("PHONE_VERIFICATION", "country_code"));
        }
        _ => put("email", Some(json!(entry.value))),
    }
    Value::Object(row)
}

/// The session, and the kinds whose `{verb}_{kind}` is set.
fn read(state: &State, call: &Call, verb: &str) -> Result<(Uuid, Vec<&'static str>), Reply> {
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    fields.require("session_id");
    let session = fields.uuid("session_id").unwrap_or_default();
    let kinds: Vec<&'static str> = KINDS
        .into_iter()
        .filter(|kind| fields.boolean(&format!("{verb}_{kind}")).unwrap_or(false))
        .collect();
    fields.finish()?;
    state
        .session(session)
        .filter(|session| session.application == call.application)
        .ok_or_else(not_found)?;
    if kinds.is_empty() {
        return Err(field_text("detail", "At least one item must be selected."));
    }
    Ok((session, kinds))
}
