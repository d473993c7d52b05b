//! Webhooks as they arrive: whose they are, whether they are fresh, and what they say.
//!
//! <https://docs.didit.me/integration/webhooks>

use serde::Deserialize;
use serde_json::Value;

use super::{ids::SessionId, lenient, repair::repaired, secret::WebhookSecret, signature};

/// How far a delivery's time may lie from now, in seconds, either way.
pub const FRESH_FOR_S: i64 = 300;

/// A delivery as it came: the bytes of its body and the headers that matter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Delivery<'a> {
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// `X-Signature`.
    pub signature: Option<&'a str>,
    /// `X-Signature-V2`.
    pub signature_v2: Option<&'a str>,
    /// `X-Signature-Simple`.
    pub signature_simple: Option<&'a str>,
    /// `X-Timestamp`, in epoch seconds. Not covered by a signature; the body's own is.
    pub timestamp: Option<&'a str>,
}

/// The result of checking one signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureCheck {
    /// The header is missing.
    Absent,
    /// It matches the secret.
    Matches,
    /// It does not match the secret.
    Differs,
}

/// The result of examining a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Examination {
    /// `X-Signature`, over the bytes.
    pub raw: SignatureCheck,
    /// `X-Signature-V2`, over the canonical form.
    pub v2: SignatureCheck,
    /// `X-Signature-Simple`, over four values.
    pub simple: SignatureCheck,
    /// Whether the body is JSON, or nearly so.
    pub is_json: bool,
    /// Seconds between the body's time and now; negative for the future. `None` when the body names no time.
    pub age_s: Option<i64>,
}

/// Why a delivery is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No signature came with it.
    #[error("it carries no signature, so anybody could have sent it")]
    Unsigned,
    /// The body is not JSON.
    #[error("its body is not JSON, so it does not come from Didit")]
    NotJson,
    /// No signature matches.
    #[error(
        "no signature matches: the secret belongs to another destination, or the body was changed in transit"
    )]
    WrongSignature,
    /// Only the signature of four values matches.
    #[error(
        "only the simple signature matches, which covers just four values: a proxy changed the body in transit"
    )]
    OnlySimple,
    /// It is too old, or from the future.
    #[error("it is {age_s} seconds old, and more than {FRESH_FOR_S} may be a replay")]
    Stale {
        /// Seconds between its time and now; negative for the future.
        age_s: i64,
    },
    /// It names no time.
    #[error("it names no time, so it could be a replay")]
    Undated,
}

/// A delivery that is proved to come from Didit, and fresh.
#[serde_with::apply(Option => #[serde(deserialize_with = "lenient::scalar")])]
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Event {
    /// Its id, the same when it is delivered again.
    pub event_id: Option<String>,
    /// The kind, such as `status.updated`; the set is open.
    pub webhook_type: Option<String>,
    /// The session it is about.
    pub session_id: Option<SessionId>,
    /// The new status.
    pub status: Option<String>,
    /// Your own reference.
    pub vendor_data: Option<String>,
    /// `live` or `sandbox`.
    pub environment: Option<String>,
    /// When it was sent, in epoch seconds.
    #[serde(skip)]
    pub timestamp: i64,
    /// The whole of it.
    #[serde(skip)]
    pub payload: Value,
}

/// Examines a delivery without judging it.
pub fn examine(secret: &WebhookSecret, delivery: &Delivery<'_>, now: i64) -> Examination {
    let check = |received: Option<&str>, message: Option<&[u8]>| {
        let is_signature = |received: &str| {
            let secret = secret.expose_secret();
            message.is_some_and(|it| signature::is_signature(secret, it, received.trim()))
        };
        match received {
            None => SignatureCheck::Absent,
            Some(received) if is_signature(received) => SignatureCheck::Matches,
            Some(_) => SignatureCheck::Differs,
        }
    };
    // The bytes have a signature also where they are only nearly JSON; the other two need the values.
    let values = signature::Values::of(delivery.body);
    let (canonical, simple) = values
        .as_ref()
        .map(|it| (it.canonical.as_bytes(), it.simple.as_bytes()))
        .unzip();
    let payload = payload(delivery.body);
    Examination {
        raw: check(delivery.signature, Some(delivery.body)),
        v2: check(delivery.signature_v2, canonical),
        simple: check(delivery.signature_simple, simple),
        is_json: payload.is_some(),
        age_s: payload
            .and_then(|it| timestamp(&it))
            .map(|sent| now.saturating_sub(sent)),
    }
}

/// Accepts a delivery, or says why not. `now` is in epoch seconds.
///
/// # Errors
/// [`Refusal`] for a delivery that is not proved to be Didit's, or not fresh.
pub fn verify(secret: &WebhookSecret, delivery: &Delivery<'_>, now: i64) -> Result<Event, Refusal> {
    let found = examine(secret, delivery, now);
    match found {
        Examination { is_json: false, .. } => return Err(Refusal::NotJson),
        Examination {
            raw: SignatureCheck::Absent,
            v2: SignatureCheck::Absent,
            simple: SignatureCheck::Absent,
            ..
        } => return Err(Refusal::Unsigned),
        Examination {
            raw: SignatureCheck::Matches,
            ..
        }
        | Examination {
            v2: SignatureCheck::Matches,
            ..
        } => {}
        Examination {
            simple: SignatureCheck::Matches,
            ..
        } => return Err(Refusal::OnlySimple),
        _ => return Err(Refusal::WrongSignature),
    }
    let Some(age_s) = found.age_s else {
        return Err(Refusal::Undated);
    };
    // The header can be changed by anybody; a wrong one is still a sign of a replay.
    let header_age_s = delivery
        .timestamp
        .and_then(|text| text.trim().parse::<i64>().ok())
        .map_or(age_s, |sent| now.saturating_sub(sent));
    for age_s in [age_s, header_age_s] {
        if age_s.saturating_abs() > FRESH_FOR_S {
            return Err(Refusal::Stale { age_s });
        }
    }
    let payload = payload(delivery.body).ok_or(Refusal::NotJson)?;
    let event = Event::deserialize(&payload).map_err(|_| Refusal::NotJson)?;
    Ok(Event {
        timestamp: now.saturating_sub(age_s),
        payload,
        ..event
    })
}

/// What a body says, also where it is only nearly JSON: one odd number must not keep a result back.
fn payload(body: &[u8]) -> Option<Value> {
    serde_json::from_slice(body).ok().or_else(|| {
        let repaired = repaired(std::str::from_utf8(body).ok()?)?;
        serde_json::from_str(&repaired.text).ok()
    })
}

fn timestamp(payload: &Value) -> Option<i64> {
    let timestamp = payload.get("timestamp")?;
    timestamp
        .as_i64()
        .or_else(|| timestamp.as_str()?.trim().parse().ok())
}
