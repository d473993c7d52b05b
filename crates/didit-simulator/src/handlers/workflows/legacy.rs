//! The older, flag-style way of writing workflows, turned into the newer one.

use serde_json::{Value, json};

use crate::{
    reply::{Reply, field},
    values::{Fields, Object, plain},
};

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
pub fn translate(body: &Object) -> Result<(Object, Option<String>), Reply> {
    let kind = body
        .get("workflow_type")
        .map_or_else(|| "kyc".to_owned(), plain);
    if !KINDS.contains(&kind.as_str()) {
        return Err(field(
            "workflow_type",
            &format!("\"{kind}\" is not a valid choice."),
        ));
    }
    let is_flag = |key: &str| key.starts_with("is_") && key.ends_with("_enabled");
    if let Some((flag, _)) = body
        .iter()
        .find(|(key, value)| is_flag(key) && !value.is_boolean())
    {
        return Err(field(flag, "Must be a valid boolean."));
    }
    let on = |flag: &str| body.flag(flag);
    let (identity, biometric) = (kind == "kyc", kind == "biometric_authentication");
    let chosen = [
        ("OCR", identity),
        ("AGE_ESTIMATION", kind == "adaptive_age_verification"),
        ("PROOF_OF_ADDRESS", kind == "address_verification"),
        ("LIVENESS", on("is_liveness_enabled") || biometric),
        (
            "FACE_MATCH",
            on("is_face_match_enabled") && (identity || biometric),
        ),
        ("NFC", on("is_nfc_enabled") && identity),
        (
            "PHONE_VERIFICATION",
            on("is_phone_verification_enabled") || kind == "phone_verification",
        ),
        (
            "EMAIL_VERIFICATION",
            on("is_email_verification_enabled") || kind == "email_verification",
        ),
        (
            "DATABASE_VALIDATION",
            on("is_database_validation_enabled") && identity,
        ),
        ("AML", on("is_aml_enabled")),
        ("IP_ANALYSIS", on("is_ip_analysis_enabled")),
    ];
    let mut translated = Object::new();
    // An update without any flag keeps the features as they are.
    if body
        .keys()
        .any(|key| key == "workflow_type" || is_flag(key))
    {
        let chosen = chosen.iter().filter(|(_, on)| *on);
        let features: Vec<Value> = chosen
            .map(|(name, _)| json!({ "feature": name, "config": body }))
            .collect();
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
