//! How an identity was proven where it was not by looking at a document: a register or a wallet proves something else.

use serde::Serialize;
use serde_json::{Map, Value};

use super::names::listed;
use crate::didit::decision::IdVerification;

/// The way in which an identity was proven, in Didit's words as far as this version knows them.
#[derive(Debug, Clone, Serialize)]
pub(in crate::tools) struct Manner {
    /// `document`, `id_lookup`, `wallet` or `other`.
    pub method: &'static str,
    /// `documentary`, `data_match` or `cryptographic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assurance: Option<&'static str>,
    /// What a register said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// What was tried before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_from: Option<&'static str>,
    /// All of it for people.
    pub meaning: String,
}

const METHODS: [&str; 3] = ["document", "id_lookup", "wallet"];
const ASSURANCES: [&str; 3] = ["documentary", "data_match", "cryptographic"];
const OUTCOMES: [(&str, &str); 5] = [
    ("match", ", which confirms them"),
    ("partial_match", ", which confirms them only in part"),
    ("no_match", ", which does not confirm them"),
    ("provider_error", ", which gave an error"),
    ("format_rejected", ", which rejected the form of the number"),
];
const FIELDS: [(&str, &str); 4] = [
    ("identification_number", "number"),
    ("full_name", "name"),
    ("date_of_birth", "birth date"),
    ("address", "address"),
];

/// The way in which an identity was proven; `None` where a document was looked at and nothing else was tried.
pub(in crate::tools) fn manner(check: &IdVerification) -> Option<Manner> {
    let assurance = known(check.assurance.as_deref(), &ASSURANCES);
    let method = match (check.verification_method.as_deref(), assurance) {
        (Some(method), _) => known(Some(method), &METHODS).unwrap_or("other"),
        (None, Some("data_match")) => "id_lookup",
        (None, Some("cryptographic")) => "wallet",
        (None, _) => "document",
    };
    let before = check.fallback_from.as_ref();
    let fallback_from = before.and_then(|before| known(before.get("method")?.as_str(), &METHODS));
    if method == "document" && fallback_from.is_none() {
        return None;
    }
    let lookup = check.id_lookup.as_ref().filter(|_| method == "id_lookup");
    let outcome = lookup.and_then(|lookup| {
        OUTCOMES
            .iter()
            .find(|(word, _)| lookup.outcome.as_deref() == Some(word))
    });
    let mut meaning = match method {
        "document" => "a document",
        "id_lookup" => "the data were looked up in a register",
        "wallet" => "the data come from a digital wallet",
        _ => "the identity was proven in a way that this program does not know",
    }
    .to_owned();
    meaning.push_str(outcome.map_or("", |(_, words)| words));
    let unconfirmed: Vec<String> = lookup
        .into_iter()
        .flat_map(|lookup| lookup.comparison.iter().filter_map(unconfirmed))
        .collect();
    if !unconfirmed.is_empty() {
        meaning.push_str(&format!(" (not the {})", listed(&unconfirmed)));
    }
    let wallet = check.wallet_verification.as_ref();
    let signature = wallet.and_then(|wallet| wallet.get("signature_valid")?.as_bool());
    if method == "wallet" && signature == Some(false) {
        meaning.push_str(", whose signature is NOT valid");
    }
    meaning.push_str(match fallback_from {
        Some("id_lookup") => ", after a register was tried",
        Some("wallet") => ", after a digital wallet was tried",
        _ => "",
    });
    Some(Manner {
        method,
        assurance,
        outcome: outcome.map(|(word, _)| *word),
        fallback_from,
        meaning,
    })
}

/// A field that the register does not confirm whole.
fn unconfirmed(compared: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| compared.get(key).and_then(Value::as_str);
    let result = text("result").filter(|result| *result != "match")?;
    let field = FIELDS
        .iter()
        .find(|(name, _)| text("field") == Some(name))?
        .1;
    Some(match result {
        "partial" => format!("whole {field}"),
        _ => field.to_owned(),
    })
}

fn known(text: Option<&str>, words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| text == Some(word))
}
