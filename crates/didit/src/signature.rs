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
use sha2::{Digest, Sha256};

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

/// Signs `body`, the bytes on the wire. To verify, sign what was received and compare with [`matches()`].
///
/// # Errors
///
/// [`InvalidBody`] when the body is not JSON, is nested deeper than 128 levels or holds half a surrogate pair.
pub fn sign(secret: &str, body: &[u8]) -> Result<Signatures, InvalidBody> {
    let document = canonical::parse(body).ok_or(InvalidBody)?;
    Ok(Signatures {
        raw: sign_bytes(secret, body),
        v2: sign_bytes(secret, document.write(false).as_bytes()),
        simple: sign_bytes(secret, simple_text(&document).as_bytes()),
    })
}

/// The bytes Didit puts on the wire for `payload`: keys sorted, no spaces, whole floats as integers, ASCII only.
pub fn wire_body(payload: &Value) -> String {
    canonical::Document::from(payload).write(true)
}

/// Whether a received signature equals the computed one, in time that does not depend on where they differ.
pub fn matches(computed: &str, received: &str) -> bool {
    let (computed, received) = (computed.as_bytes(), received.as_bytes());
    computed.len() == received.len()
        && computed
            .iter()
            .zip(received)
            .fold(0, |difference, (one, other)| difference | (one ^ other))
            == 0
}

fn simple_text(document: &canonical::Document) -> String {
    ["timestamp", "session_id", "status", "webhook_type"]
        .map(|key| document.member(key))
        .join(":")
}

/// The signature of these bytes, whatever they are, in lower-case hex.
pub(crate) fn sign_bytes(secret: &str, message: &[u8]) -> String {
    // A key of exactly one block, shortened or padded as HMAC itself does, cannot have a wrong length.
    let mut block = [0_u8; 64];
    if secret.len() > block.len() {
        for (slot, byte) in block.iter_mut().zip(Sha256::digest(secret.as_bytes())) {
            *slot = byte;
        }
    } else {
        for (slot, byte) in block.iter_mut().zip(secret.bytes()) {
            *slot = byte;
        }
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    mac.update(message);
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
