//! HMAC signatures of webhooks.
//!
//! Every webhook carries three signatures of the same body, all HMAC-SHA256 in lower-case hex under the destination's
//! secret (the text as shown, not decoded):
//!
//! | header | signs |
//! |---|---|
//! | `X-Signature` | the bytes of the body as they came |
//! | `X-Signature-V2` | the body as canonical JSON with non-ASCII characters written out |
//! | `X-Signature-Simple` | `timestamp:session_id:status:webhook_type` of the body |
//!
//! Neither of the first two covers the `X-Timestamp` header; the body's own `timestamp` is the one to trust.
//! See <https://docs.didit.me/integration/webhooks>.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

mod canonical;

/// The three signatures of one body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    /// `X-Signature`, over the raw body.
    pub raw: String,
    /// `X-Signature-V2`, over the canonical form of the body.
    pub v2: String,
    /// `X-Signature-Simple`, over four of its values.
    pub simple: String,
}

/// The body is not a JSON text that has a canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the webhook body is not valid JSON")]
pub struct InvalidBody;

/// Signs `body`, the bytes on the wire.
///
/// # Errors
///
/// [`InvalidBody`] when the body is not JSON, is nested deeper than 32 levels or holds half a surrogate pair.
pub fn sign(secret: &str, body: &[u8]) -> Result<Signatures, InvalidBody> {
    let values = Values::of(body).ok_or(InvalidBody)?;
    let hex = |message: &[u8]| {
        let mac = keyed(secret, message).ok_or(InvalidBody)?;
        Ok(base16ct::lower::encode_string(&mac.finalize().into_bytes()))
    };
    Ok(Signatures {
        raw: hex(body)?,
        v2: hex(values.canonical.as_bytes())?,
        simple: hex(values.simple.as_bytes())?,
    })
}

/// The bytes Didit puts on the wire for `payload`: keys sorted, no spaces, whole floats as integers, ASCII only.
pub fn wire_body(payload: &Value) -> String {
    let text = payload.to_string();
    canonical::ascii(&canonical::canonical(&text).unwrap_or(text))
}

/// What the second and the third signature of a body are made over.
pub(crate) struct Values {
    /// Its canonical form.
    pub(crate) canonical: String,
    /// Four of its values.
    pub(crate) simple: String,
}

impl Values {
    /// Those of a body; `None` where it is not JSON that has a canonical form.
    pub(crate) fn of(body: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let keys = ["timestamp", "session_id", "status", "webhook_type"];
        Some(Self {
            canonical: canonical::canonical(text)?,
            simple: canonical::members(text, keys).join(":"),
        })
    }
}

/// Whether this is the signature of a message, in time that does not depend on where it differs.
pub(crate) fn is_signature(secret: &str, message: &[u8], received: &str) -> bool {
    match (
        keyed(secret, message),
        base16ct::mixed::decode_vec(received),
    ) {
        (Some(mac), Ok(received)) => mac.verify_slice(&received).is_ok(),
        _ => false,
    }
}

/// The code of a message; HMAC takes a key of any length.
fn keyed(secret: &str, message: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(message);
    Some(mac)
}
