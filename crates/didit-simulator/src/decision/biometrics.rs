//! Faces: liveness, age and comparison with the document.

use serde_json::{Value, json};

use super::{Check, Findings};
use crate::{people::age, scenarios::Action};

/// `liveness_checks[]`, which also holds age estimations.
pub(super) fn liveness(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let face = check.person.face();
    let blocked = check.refuse_blocked(findings, "face", &face, "FACE_IN_BLOCKLIST");
    let decline = check
        .feature
        .number("face_liveness_score_decline_threshold", 50.0);
    let score = if check.found("LIVENESS_FACE_ATTACK") {
        decline * 0.1
    } else {
        97.31
    };
    if check.finding.is_none() && score < decline {
        check.warn(findings, "LOW_LIVENESS_SCORE", Action::Decline);
    }
    let method = check
        .feature
        .text("face_liveness_method")
        .unwrap_or_else(|| "PASSIVE".to_owned());
    let years = age(check.born(), check.today);
    let matches = if blocked {
        json!([{
            "session_id": null,
            "session_number": null,
            "similarity_percentage": 98.7,
            "vendor_data": null,
            "verification_date": null,
            "user_details": null,
            "match_image_url": null,
            "status": null,
            "is_blocklisted": true,
            "is_allowlisted": false,
            "api_service": null,
            "source": "list_entry",
        }])
    } else {
        json!([])
    };
    json!({
        "method": method,
        "score": score,
        "reference_image": check.media("selfie.png"),
        "video_url": check.media("selfie.mp4"),
        "age_estimation": json!(format!("{years}.4").parse::<f64>().unwrap_or_default()),
        "matches": matches,
        "face_quality": 88.2,
        "face_luminance": 61.5,
    })
}

/// `face_matches[]`; the scores of the scenarios keep to the workflow's thresholds.
pub(super) fn face_match(check: &Check<'_>, findings: &mut Findings) -> Value {
    check.expect_finding(findings);
    let decline = check
        .feature
        .number("face_match_score_decline_threshold", 50.0);
    let review = check
        .feature
        .number("face_match_score_review_threshold", 70.0)
        .max(decline);
    let score = match check.finding {
        Some(finding) if Action::from(finding.status) == Action::Decline => decline * 0.45,
        Some(_) => f64::midpoint(decline, review),
        None => 96.18,
    };
    if check.finding.is_none() && score < decline {
        check.warn(findings, "LOW_FACE_MATCH_SIMILARITY", Action::Decline);
    } else if check.finding.is_none() && score < review {
        check.warn(findings, "LOW_FACE_MATCH_SIMILARITY", Action::Review);
    }
    json!({
        "score": score,
        "source_image_session_id": null,
        "source_image": check.media("portrait.png"),
        "target_image": check.media("selfie.png"),
    })
}
