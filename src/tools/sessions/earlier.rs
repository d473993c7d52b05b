//! The sessions that a person has already, before another link is made.
//!
//! One look-up serves two questions: whether the person was approved, so that nobody is invited twice by mistake, and which
//! unfinished session Didit would return instead of a new one, whose callback and metadata the request would replace.

use serde_json::{Value, json};

use crate::{
    didit::{
        Client, Decision, Error, NextActor, PageRequest, SessionFilter, SessionId, SessionRequest,
        SessionStatus,
    },
    tools::{
        Connection,
        change::{Change, Line, Setting},
    },
};

/// Sessions that are looked at: the newest of the person.
const NEWEST: u32 = 20;

/// What is known of the person.
pub(super) enum Earlier {
    /// Nothing could be looked up.
    NotKnown,
    /// These sessions.
    Known {
        /// The newest approved one: its number and id.
        approved: Option<(Option<i64>, SessionId)>,
        /// Those that Didit may return instead of a new one.
        open: Vec<SessionId>,
        /// The newest of them, as it is now.
        reused: Option<Box<Decision>>,
    },
}

/// Looks the person up. If that fails, the link is made all the same, and the result says so.
pub(super) async fn look_up(client: &Client, request: &SessionRequest) -> Earlier {
    sessions(client, request).await.unwrap_or(Earlier::NotKnown)
}

async fn sessions(client: &Client, request: &SessionRequest) -> Result<Earlier, Error> {
    let Some(vendor_data) = &request.vendor_data else {
        return Ok(Earlier::Known {
            approved: None,
            open: Vec::new(),
            reused: None,
        });
    };
    let filter = SessionFilter {
        vendor_data: Some(vendor_data.clone()),
        page: PageRequest {
            limit: Some(NEWEST),
            offset: None,
        },
        ..SessionFilter::default()
    };
    let rows = client.find_sessions(&filter).await?.items;
    let own = rows.iter().filter(|row| {
        row.vendor_data
            .as_ref()
            .is_none_or(|own| own == &**vendor_data)
    });
    let approved = own
        .clone()
        .find(|row| row.status == SessionStatus::Approved)
        .and_then(|row| Some((row.session_number, row.session_id?)));
    let open: Vec<SessionId> = own
        .filter(|row| row.status.turn() == NextActor::Person)
        .filter_map(|row| row.session_id)
        .collect();
    let reused = match open.first() {
        Some(id) => Some(Box::new(client.decision(id).await?)),
        None => None,
    };
    Ok(Earlier::Known {
        approved,
        open,
        reused,
    })
}

impl Earlier {
    /// Whether Didit may have returned this session instead of making one.
    pub(super) fn is_open(&self, session: &SessionId) -> bool {
        match self {
            Self::NotKnown => false,
            Self::Known { open, .. } => open.contains(session),
        }
    }

    /// The question to a human, where a new link is for somebody who was approved, or replaces what an open session holds.
    pub(super) fn change(
        &self,
        connection: &Connection,
        request: &SessionRequest,
    ) -> Option<Change> {
        let Self::Known {
            approved, reused, ..
        } = self
        else {
            return None;
        };
        // Didit writes both of the request over those of the session, also where the request has none.
        let replaced = reused.as_ref().filter(|open| {
            held(&json!(open.callback)) != held(&json!(request.callback))
                || held(&json!(open.metadata)) != held(&json!(request.metadata))
        });
        if approved.is_none() && replaced.is_none() {
            return None;
        }
        let mut warnings = Vec::new();
        if let Some((number, id)) = approved {
            let number = number
                .map(|number| format!("#{number}, "))
                .unwrap_or_default();
            warnings.push(Line::new(format!(
                "This person was approved already (session {number}{id})."
            )));
        }
        if let Some(open) = replaced {
            let number = open
                .session_number
                .map(|number| format!("#{number}"))
                .unwrap_or_default();
            warnings.push(Line::new(format!(
                "Didit returns the person's open session {number} \
                 and replaces its callback and metadata."
            )));
        }
        let before =
            replaced.map(|open| json!({ "callback": open.callback, "metadata": open.metadata }));
        let mut settings = Setting::of_request(&shown(request), before.as_ref());
        if let Some(open) = replaced {
            for (label, old, new) in [
                ("Callback", json!(open.callback), json!(request.callback)),
                ("Metadata", json!(open.metadata), json!(request.metadata)),
            ] {
                // Didit also removes a value that the request omits.
                if held(&new).is_none() && held(&old).is_some() {
                    settings.extend(Setting::of_request(
                        &json!({ label: null }),
                        Some(&json!({ label: old })),
                    ));
                }
            }
        }
        Some(Change {
            direction: "create",
            target: format!("sessions of {}", json!(request.vendor_data)),
            action: Line::new("Make another verification link."),
            consequence: "The person can verify again, at the price of another session.".to_owned(),
            choice: "Make the link",
            warnings,
            subject: Line::new("Customer ")
                .sent(request.vendor_data.as_deref().unwrap_or_default()),
            settings,
            place: connection.place_of_change(None),
            seen: json!([
                approved.map(|(_, id)| id.to_string()),
                replaced.map(|open| json!([
                    open.session_id,
                    open.status,
                    open.callback,
                    open.metadata
                ])),
            ]),
        })
    }
}

/// A value, unless it is empty in one way or another: Didit writes "nothing" in several.
fn held(value: &Value) -> Option<Value> {
    let is_empty = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        _ => false,
    };
    (!is_empty).then(|| value.clone())
}

/// The request with a picture named by its size: nobody can read base64.
fn shown(request: &SessionRequest) -> Value {
    let mut shown = serde_json::to_value(request).unwrap_or_default();
    if let (Some(image), Some(fields)) = (&request.portrait_image, shown.as_object_mut()) {
        fields.insert(
            "portrait_image".to_owned(),
            format!("a picture of {} bytes", image.len()).into(),
        );
    }
    shown
}
