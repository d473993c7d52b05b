//! The older, flag-style way of writing workflows, turned into the newer one.

use serde_json::{Map, Value, json};

use crate::{fields::Fields, reply::Reply};

const KINDS: [&str; 7] = [
    "kyc",
    "adaptive_age_verification",
    "biometric_authentication",
    "address_verification",
    "questionnaire_verification",
    "email_verification",
    "phone_verification",
];

/// A body of the newer kind, and the workflow type, from a flag-style body. Unknown keys were ignored in that dialect.
pub(super) fn translate(
    body: &Map<String, Value>,
) -> Result<(Map<String, Value>, Option<String>), Reply> {
    let mut fields = Fields::new(body);
    let kind = fields
        .choice("workflow_type", &KINDS)
        .unwrap_or_else(|| "kyc".to_owned());
    let mut on = |flag: &str, default: bool| fields.boolean(flag).unwrap_or(default);
    let identity = matches!(kind.as_str(), "kyc");
    let biometric = kind == "biometric_authentication";
    let chosen = [
        ("OCR", identity),
        ("AGE_ESTIMATION", kind == "adaptive_age_verification"),
        ("PROOF_OF_ADDRESS", kind == "address_verification"),
        ("LIVENESS", on("is_liveness_enabled", false) || biometric),
        (
            "FACE_MATCH",
            on("is_face_match_enabled", false) && (identity || biometric),
        ),
        ("NFC", on("is_nfc_enabled", false) && identity),
        (
            "PHONE_VERIFICATION",
            on("is_phone_verification_enabled", false) || kind == "phone_verification",
        ),
        (
            "EMAIL_VERIFICATION",
            on("is_email_verification_enabled", false) || kind == "email_verification",
        ),
        (
            "DATABASE_VALIDATION",
            on("is_database_validation_enabled", false) && identity,
        ),
        ("AML", on("is_aml_enabled", false)),
        ("IP_ANALYSIS", on("is_ip_analysis_enabled", false)),
    ];
    fields.finish()?;
    let features: Vec<Value> = chosen
        .iter()
        .filter(|(_, on)| *on)
        .map(|(name, _)| json!({ "feature": name, "config": body }))
        .collect();
    let mut translated = Map::new();
    // An update without any flag keeps the features as they are.
    if body
        .keys()
        .any(|key| key == "workflow_type" || key.starts_with("is_") && key.ends_with("_enabled"))
    {
        translated.insert("features".to_owned(), json!(features));
    }
    for key in [
        "workflow_label",
        "is_default",
        "max_retry_attempts",
        "retry_window_days",
    ] {
        if let Some(value) = body.get(key) {
            translated.insert(key.to_owned(), value.clone());
        }
    }
    Ok((translated, Some(kind)))
}
