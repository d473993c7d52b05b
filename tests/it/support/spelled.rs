//! The spellings in which a server is likely to echo a secret, made without the program's own code.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};

/// Each spelling with its name.
pub fn spelled(secret: &str) -> Vec<(&'static str, String)> {
    let once = escaped(secret);
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    vec![
        ("plain", secret.to_owned()),
        ("in a URL", percent(secret, |byte| format!("%{byte:02X}"))),
        (
            "in a URL, in lower case",
            percent(secret, |byte| format!("%{byte:02x}")),
        ),
        ("in a form", form),
        ("in JSON", once.clone()),
        ("in JSON in JSON", escaped(&once)),
        ("base64", core(&STANDARD.encode(secret))),
        (
            "base64 without padding",
            core(&STANDARD_NO_PAD.encode(secret)),
        ),
        ("base64 of URLs", core(&URL_SAFE.encode(secret))),
        (
            "base64 of URLs without padding",
            core(&URL_SAFE_NO_PAD.encode(secret)),
        ),
        (
            "hexadecimal",
            secret.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ),
        (
            "hexadecimal in upper case",
            secret.bytes().map(|byte| format!("{byte:02X}")).collect(),
        ),
    ]
}

/// Without the end, whose last character holds bits of the padding or of what follows.
fn core(encoded: &str) -> String {
    let whole = encoded.trim_end_matches('=');
    whole[..whole.len() - 1].to_owned()
}

fn escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).expect("JSON");
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(text: &str, encode: impl Fn(u8) -> String) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                encode(byte)
            }
        })
        .collect()
}
