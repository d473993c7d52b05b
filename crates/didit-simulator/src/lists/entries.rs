//! The values of lists, given directly or taken from a session.

use std::convert::identity;
use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::own_list;
use crate::{
    call::Call,
    countries,
    fields::{Fields, is_email, normalise_phone},
    reply::{Answer, REQUIRED, Reply, field, not_found},
    sessions::Session,
    state::{State, seconds, stable_number},
};

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    uuid: Uuid,
    pub(crate) value: String,
    display_label: Option<String>,
    comment: Option<String>,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) session_number: Option<i64>,
    object_uuid: Option<Uuid>,
    metadata: Value,
    pub(crate) created_at: Timestamp,
}

impl Entry {
    /// An entry taken from a session.
    pub(crate) fn from_session(session: &Session, value: String, now: Timestamp) -> Self {
        Self {
            uuid: Uuid::new_v4(),
            value,
            display_label: None,
            comment: None,
            session_id: Some(session.id),
            session_number: Some(session.number),
            object_uuid: None,
            metadata: Value::Null,
            created_at: now,
        }
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "uuid": self.uuid,
            "value": self.value,
            "display_label": self.display_label,
            "comment": self.comment,
            "added_by": "api",
            "reference_session_id": self.session_id,
            "reference_session_number": self.session_number,
            "reference_object_uuid": self.object_uuid,
            "metadata": self.metadata,
            "created_at": seconds(self.created_at),
        })
    }
}

/// `GET /v3/lists/{list_uuid}/entries/`
pub(crate) fn list(state: &mut State, call: &Call) -> Answer {
    let search = call.query("search").unwrap_or_default().to_lowercase();
    let rows: Vec<Value> = own_list(state, call)?
        .entries
        .iter()
        .rev()
        .filter(|entry| {
            let label = entry.display_label.as_deref().unwrap_or_default();
            entry.value.to_lowercase().contains(&search) || label.to_lowercase().contains(&search)
        })
        .map(Entry::show)
        .collect();
    Ok(Reply::ok(&call.envelope(&state.origin, rows, 25, identity)))
}

/// `POST /v3/lists/{list_uuid}/entries/`
pub(crate) fn create(state: &mut State, call: &Call) -> Answer {
    let entry_type = own_list(state, call)?.entry_type.clone();
    let body = call.json()?;
    let present = |key: &str| !matches!(body.get(key), None | Some(Value::Null));
    let mut fields = Fields::new(&body);
    let value = if present("value") {
        fields.words("value", 512)
    } else {
        None
    };
    let reference = if present("reference_session_id") {
        fields.uuid("reference_session_id")
    } else {
        None
    };
    let object_uuid = if present("reference_object_uuid") {
        fields.uuid("reference_object_uuid")
    } else {
        None
    };
    let display_label = if present("display_label") {
        fields.text("display_label", 255)
    } else {
        None
    };
    let comment = if present("comment") {
        fields.text("comment", 10_000)
    } else {
        None
    };
    if !present("value") && !present("reference_session_id") {
        fields.refuse("value", REQUIRED);
    }
    fields.finish()?;
    let session = match reference {
        None => None,
        Some(id) => Some(
            state
                .session(id)
                .filter(|session| session.application == call.application)
                .ok_or_else(|| field("reference_session_id", "Session not found."))?,
        ),
    };
    let value = match (value, session) {
        (Some(value), _) => {
            normalise(&entry_type, &value).map_err(|complaint| field("value", complaint))?
        }
        (None, Some(session)) => value_of(session, &entry_type).ok_or_else(|| {
            let complaint = format!("The session has no {entry_type} that could be added.");
            field("reference_session_id", &complaint)
        })?,
        (None, None) => return Err(field("value", REQUIRED)),
    };
    let entry = Entry {
        uuid: Uuid::new_v4(),
        value,
        display_label,
        comment,
        session_id: session.map(|session| session.id),
        session_number: session.map(|session| session.number),
        object_uuid,
        metadata: body.get("metadata").cloned().unwrap_or(Value::Null),
        created_at: state.now(),
    };
    own_list(state, call)?
        .add(entry)
        .map(|shown| Reply::created(&shown))
}

/// `POST /v3/lists/{list_uuid}/entries/face-upload/`
pub(crate) fn upload_face(state: &mut State, call: &Call) -> Answer {
    let now = state.now();
    let body = call.json()?;
    let mut fields = Fields::new(&body);
    fields.require("image");
    let image = fields.words("image", usize::MAX).unwrap_or_default();
    let comment = fields.text("comment", 10_000);
    let bytes = STANDARD.decode(&image).unwrap_or_default();
    let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    let known = webp || bytes.starts_with(b"\xFF\xD8\xFF") || bytes.starts_with(b"\x89PNG");
    if fields.has("image") && !known {
        fields.refuse(
            "image",
            "Upload a valid image. Use JPG, PNG or WebP in base64.",
        );
    }
    let list = own_list(state, call)?;
    if list.entry_type != "face" {
        return Err(field("image", "Faces can only be uploaded to face lists."));
    }
    fields.finish()?;
    let entry = Entry {
        uuid: Uuid::new_v4(),
        value: format!("face-{:016x}", stable_number(&image)),
        display_label: None,
        comment,
        session_id: None,
        session_number: None,
        object_uuid: None,
        metadata: Value::Null,
        created_at: now,
    };
    list.add(entry).map(|shown| Reply::created(&shown))
}

/// `DELETE /v3/lists/{list_uuid}/entries/{entry_uuid}/`
pub(crate) fn delete(state: &mut State, call: &Call) -> Answer {
    let list = own_list(state, call)?;
    let before = list.entries.len();
    list.entries.retain(|entry| entry.uuid != call.id(1));
    if list.entries.len() == before {
        return Err(not_found());
    }
    Ok(Reply::no_content())
}

/// What a session has of this kind: only what its checks really saw.
pub(crate) fn value_of(session: &Session, entry_type: &str) -> Option<String> {
    let text = |feature: &str, key: &str| {
        session
            .result(feature)?
            .get(key)?
            .as_str()
            .map(str::to_owned)
    };
    let value = match entry_type {
        "face" => session.result("LIVENESS").map(|_| session.person().face()),
        "document" => text("OCR", "document_number"),
        "phone" => text("PHONE_VERIFICATION", "full_number"),
        "email" => text("EMAIL_VERIFICATION", "email"),
        "ip_address" => text("IP_ANALYSIS", "ip_address"),
        "device_fingerprint" => text("IP_ANALYSIS", "device_fingerprint"),
        "country" => text("OCR", "issuing_state"),
        "user" if !session.is_business => session.vendor_data.clone(),
        "business" if session.is_business => session.vendor_data.clone(),
        _ => None,
    }?;
    normalise(entry_type, &value).ok()
}

/// The stored form of a value, or what is wrong with it.
pub(crate) fn normalise(entry_type: &str, value: &str) -> Result<String, &'static str> {
    let value = value.trim();
    match entry_type {
        "phone" => normalise_phone(value).ok_or("Enter a valid phone number in E.164 format."),
        "email" if is_email(value) => Ok(value.to_lowercase()),
        "email" => Err("Enter a valid email address."),
        "country" => countries::to_alpha3(value)
            .map(str::to_owned)
            .ok_or("Enter a valid ISO 3166-1 country code."),
        "ip_address" if network(value).is_some() => Ok(value.to_lowercase()),
        "ip_address" => Err("Enter a valid IP address or CIDR range."),
        "device_fingerprint" if value.chars().filter(char::is_ascii_alphanumeric).count() < 8 => {
            Err("A device fingerprint has at least 8 letters or digits.")
        }
        _ => Ok(value.to_lowercase()),
    }
}

/// An address and the bits that count.
fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some((address, bits))
}

/// Whether the listed address or range contains `address`.
pub(super) fn covers(listed: &str, address: &str) -> bool {
    let (Some((range, bits)), Ok(address)) = (network(listed), address.parse::<IpAddr>()) else {
        return false;
    };
    match (range, address) {
        (IpAddr::V4(range), IpAddr::V4(address)) => {
            let shift = 32 - bits;
            range.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(range), IpAddr::V6(address)) => {
            let shift = 128 - bits;
            range.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
        }
        _ => false,
    }
}
