//! Which setting of a workflow governs a risk: <https://docs.didit.me/management-api/workflows/feature-configs>

use std::collections::BTreeSet;

use crate::didit::features::{Feature, FeatureName};

/// Risks of scores, each with the settings beyond which it is in review and declined.
const THRESHOLDS: [(&str, [&str; 2]); 9] = [
    (
        "LOW_LIVENESS_SCORE",
        [
            "face_liveness_score_review_threshold",
            "face_liveness_score_decline_threshold",
        ],
    ),
    (
        "LOW_FACE_QUALITY",
        [
            "face_quality_review_threshold",
            "face_quality_decline_threshold",
        ],
    ),
    // Beyond these, another setting says what happens.
    (
        "LOW_FACE_LUMINANCE",
        [
            "face_luminance_min_threshold",
            "face_luminance_min_threshold",
        ],
    ),
    (
        "HIGH_FACE_LUMINANCE",
        [
            "face_luminance_max_threshold",
            "face_luminance_max_threshold",
        ],
    ),
    (
        "LOW_FACE_MATCH_SIMILARITY",
        [
            "face_match_score_review_threshold",
            "face_match_score_decline_threshold",
        ],
    ),
    // Up to the first one a hit is approved, above the second one it is declined.
    (
        "POSSIBLE_MATCH_FOUND",
        ["aml_score_approve_threshold", "aml_score_review_threshold"],
    ),
    (
        "SCREEN_CAPTURE_DETECTED",
        [
            "document_liveness_screen_replay_review_threshold",
            "document_liveness_screen_replay_decline_threshold",
        ],
    ),
    (
        "PRINTED_COPY_DETECTED",
        [
            "document_liveness_printed_copy_review_threshold",
            "document_liveness_printed_copy_decline_threshold",
        ],
    ),
    (
        "PORTRAIT_MANIPULATION_DETECTED",
        [
            "document_liveness_portrait_replace_review_threshold",
            "document_liveness_portrait_replace_decline_threshold",
        ],
    ),
];

/// Words of risks that no setting repeats.
const FILLERS: [&str; 10] = [
    "POSSIBLE",
    "DETECTED",
    "SUSPECTED",
    "NOT",
    "WITH",
    "PROVIDED",
    "FROM",
    "FOR",
    "APPLICATION",
    "",
];

/// The settings beyond which a risk of a score is in review and declined.
pub(super) fn thresholds(risk: &str) -> Option<[&'static str; 2]> {
    let mut known = THRESHOLDS.iter();
    known.find(|(name, _)| *name == risk).map(|(_, keys)| *keys)
}

/// The setting that governs a risk of a check; `None` where no name is certain.
pub(super) fn governing(
    feature: Option<FeatureName<&str>>,
    risk: &str,
    declines: bool,
) -> Option<&'static str> {
    let feature = feature?.known()?;
    if let Some([review, decline]) = thresholds(risk) {
        let key = if declines { decline } else { review };
        // The selfie's check has a risk of the same name, and other settings.
        let is_of_document = key.starts_with("document_") == (feature == Feature::Ocr);
        if is_of_document {
            return Some(key);
        }
    }
    if risk.ends_with("_MISMATCH_WITH_PROVIDED") {
        return match feature {
            Feature::Ocr => Some("expected_details_mismatch_action"),
            Feature::ProofOfAddress => Some("poa_name_or_address_mismatch_action"),
            Feature::IpAnalysis => Some("expected_ip_mismatch_action"),
            _ => None,
        };
    }
    let wanted: BTreeSet<String> = risk
        .split('_')
        .filter(|word| !FILLERS.contains(word))
        .map(str::to_ascii_lowercase)
        .collect();
    let mut fitting = feature.config().filter_map(|(key, _)| {
        let name = key.strip_suffix("_action")?;
        // These two name their check before the risk.
        let short = ["face_liveness_", "face_match_"]
            .iter()
            .find_map(|check| name.strip_prefix(check));
        let fits =
            |name: &str| name.split('_').map(str::to_owned).collect::<BTreeSet<_>>() == wanted;
        (fits(name) || short.is_some_and(fits)).then_some(key)
    });
    fitting.next().filter(|_| fitting.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::{Feature, THRESHOLDS, governing};

    fn of(feature: Feature, risk: &str, declines: bool) -> Option<&'static str> {
        governing(Some(feature.into()), risk, declines)
    }

    #[test]
    fn whole_words_name_a_setting_and_parts_of_them_none() {
        for (feature, risk, key) in [
            (
                Feature::Ocr,
                "POSSIBLE_DUPLICATED_USER",
                Some("duplicated_user_action"),
            ),
            (
                Feature::Ocr,
                "DATA_INCONSISTENT",
                Some("inconsistent_data_action"),
            ),
            (
                Feature::Phone,
                "DUPLICATED_PHONE_NUMBER",
                Some("duplicated_phone_number_action"),
            ),
            (
                Feature::Email,
                "DISPOSABLE_EMAIL_DETECTED",
                Some("disposable_email_action"),
            ),
            (
                Feature::Liveness,
                "MULTIPLE_FACES_DETECTED",
                Some("face_liveness_multiple_faces_action"),
            ),
            (
                Feature::FaceMatch,
                "FACE_FACE_COVERED",
                Some("face_match_face_covered_action"),
            ),
            (
                Feature::FaceMatch,
                "FACE_COVERED",
                Some("face_match_face_covered_action"),
            ),
            (Feature::IpAnalysis, "DUPLICATED_IP_ADDRESS", None),
            (Feature::Ocr, "DOCUMENT_EXPIRED", None),
            (Feature::Phone, "DISPOSABLE_EMAIL_DETECTED", None),
            (Feature::Nfc, "DOB_MISMATCH_WITH_PROVIDED", None),
            (
                Feature::Ocr,
                "DOB_MISMATCH_WITH_PROVIDED",
                Some("expected_details_mismatch_action"),
            ),
            (
                Feature::ProofOfAddress,
                "ADDRESS_MISMATCH_WITH_PROVIDED",
                Some("poa_name_or_address_mismatch_action"),
            ),
        ] {
            assert_eq!(of(feature, risk, true), key, "{risk}");
        }
        assert_eq!(governing(None, "LOW_LIVENESS_SCORE", true), None);
    }

    #[test]
    fn a_limit_is_named_by_what_was_crossed_and_where() {
        let risk = "SCREEN_CAPTURE_DETECTED";
        for (feature, declines, key) in [
            (
                Feature::Ocr,
                false,
                "document_liveness_screen_replay_review_threshold",
            ),
            (
                Feature::Ocr,
                true,
                "document_liveness_screen_replay_decline_threshold",
            ),
            (Feature::Liveness, true, "screen_capture_action"),
        ] {
            assert_eq!(of(feature, risk, declines), Some(key));
        }
    }

    #[test]
    fn every_limit_is_a_setting_of_some_feature() {
        for key in THRESHOLDS.iter().flat_map(|(_, keys)| keys) {
            let is_known = Feature::ALL
                .into_iter()
                .any(|feature| feature.config().any(|(known, _)| known == *key));
            assert!(is_known, "{key}");
        }
    }
}
