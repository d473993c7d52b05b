//! How a workflow is shown: as a row of the list, and with all its settings.

use serde_json::{Map, Value, json};

use super::Workflow;
use crate::state::{State, seconds};

/// A row of the list.
pub(super) fn row(state: &State, workflow: &Workflow) -> Value {
    let has_draft = workflow.published_at.is_none()
        || state
            .workflows
            .iter()
            .any(|known| known.group == workflow.group && known.published_at.is_none());
    let names: Vec<&str> = workflow
        .features
        .iter()
        .map(|feature| feature.kind.name)
        .collect();
    let price = price(state, workflow);
    let features = if state.legacy {
        json!(
            names
                .iter()
                .map(|name| name.to_lowercase())
                .collect::<Vec<_>>()
        )
    } else {
        json!(names.join(" + "))
    };
    json!({
        "uuid": workflow.uuid,
        "workflow_id": workflow.group,
        "workflow_label": workflow.label,
        "workflow_type": workflow.kind,
        "is_default": workflow.is_default,
        "is_archived": false,
        "is_white_label_enabled": workflow.is_white_label_enabled,
        "total_price": price,
        "min_price": price,
        "max_price": price,
        "features": features,
        "is_simple_workflow": workflow.kind.is_some(),
        "is_editable": workflow.published_at.is_none(),
        "workflow_url": format!("{}/u/{}", state.origin, workflow.url_token),
        "max_retry_attempts": workflow.max_retry_attempts,
        "retry_window_days": workflow.retry_window_days,
        "session_expiration_time": workflow.session_expiration_time,
        "version": workflow.version,
        "status": if workflow.published_at.is_some() { "published" } else { "draft" },
        "has_draft": has_draft,
        "created_by": { "name": "API key", "email": null, "type": "api_key" },
        "updated_at": seconds(workflow.updated_at),
    })
}

/// The full settings object of create, get and update: flags and thresholds exist here although they cannot be written.
pub(super) fn full(state: &State, workflow: &Workflow) -> Value {
    let mut shown = row(state, workflow);
    let Some(fields) = shown.as_object_mut() else {
        return shown;
    };
    for (flag, feature) in [
        ("is_ocr_enabled", "OCR"),
        ("is_liveness_enabled", "LIVENESS"),
        ("is_face_match_enabled", "FACE_MATCH"),
        ("is_aml_enabled", "AML"),
        ("is_phone_verification_enabled", "PHONE_VERIFICATION"),
        ("is_email_verification_enabled", "EMAIL_VERIFICATION"),
        ("is_database_validation_enabled", "DATABASE_VALIDATION"),
        ("is_ip_analysis_enabled", "IP_ANALYSIS"),
        ("is_nfc_enabled", "NFC"),
        ("is_proof_of_address_enabled", "PROOF_OF_ADDRESS"),
        ("is_age_estimation_enabled", "AGE_ESTIMATION"),
        ("is_document_ai_enabled", "DOCUMENT_AI"),
        ("is_questionnaire_enabled", "QUESTIONNAIRE"),
        ("is_kyb_registry_enabled", "KYB_REGISTRY"),
    ] {
        fields.insert(flag.to_owned(), json!(workflow.has(feature)));
    }
    for (key, default) in [
        ("face_liveness_method", json!("passive")),
        ("face_liveness_score_decline_threshold", json!(50)),
        ("face_liveness_score_review_threshold", json!(70)),
        ("face_match_score_decline_threshold", json!(50)),
        ("face_match_score_review_threshold", json!(70)),
        ("aml_match_score_threshold", json!(93)),
        ("aml_score_approve_threshold", json!(80)),
        ("aml_score_review_threshold", json!(100)),
        ("duplicated_user_action", json!("no_action")),
        ("documents_allowed", json!({})),
    ] {
        fields.insert(key.to_owned(), configured(workflow, key).unwrap_or(default));
    }
    fields.insert(
        "is_desktop_allowed".to_owned(),
        json!(workflow.is_desktop_allowed),
    );
    fields.insert(
        "face_liveness_max_attempts".to_owned(),
        json!(workflow.face_liveness_max_attempts),
    );
    fields.insert(
        "face_match_max_attempts".to_owned(),
        json!(workflow.face_match_max_attempts),
    );
    fields.insert("workflow_graph".to_owned(), graph(workflow));
    fields.insert(
        "published_at".to_owned(),
        json!(workflow.published_at.map(seconds)),
    );
    fields.insert("created_at".to_owned(), json!(seconds(workflow.created_at)));
    shown
}

/// The configured value; text settings read back in lower case.
fn configured(workflow: &Workflow, key: &str) -> Option<Value> {
    let value = workflow
        .features
        .iter()
        .find_map(|feature| feature.config.get(key))?;
    match value {
        Value::Null => None,
        Value::String(text) => Some(json!(text.to_lowercase())),
        other => Some(other.clone()),
    }
}

/// The features in order, each leading to the next and the last to the status.
fn graph(workflow: &Workflow) -> Value {
    const END: &str = "status_1";
    let mut nodes = Map::new();
    let following = workflow
        .features
        .iter()
        .skip(1)
        .map(|feature| feature.node_id.as_str())
        .chain(std::iter::once(END));
    for (feature, next) in workflow.features.iter().zip(following) {
        nodes.insert(
            feature.node_id.clone(),
            json!({
                "type": "feature",
                "feature": feature.kind.name,
                "label": feature.label,
                "config": feature.config,
                "next": next,
            }),
        );
    }
    nodes.insert(END.to_owned(), json!({ "type": "status" }));
    let start = workflow
        .features
        .first()
        .map_or(END, |feature| feature.node_id.as_str());
    json!({ "start_node": start, "nodes": nodes })
}

/// A JSON number of dollars; the older dialect had text.
fn price(state: &State, workflow: &Workflow) -> Value {
    let cents = workflow.price() / 100;
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    if state.legacy {
        return json!(text);
    }
    json!(text.parse::<f64>().unwrap_or_default())
}
