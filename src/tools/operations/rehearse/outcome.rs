//! What each sandbox outcome is expected to come to, and which checks show it.
//!
//! <https://docs.didit.me/integration/sandbox-testing>

use crate::didit::{Workflow, features::Feature, sessions::SandboxScenario};

/// The checks in which an outcome shows, any of them; an outcome that is not here shows in every workflow, or is newer.
const SHOWS_IN: [(&str, &[Feature]); 15] = [
    ("decline_aml_hit", &[Feature::Aml]),
    ("decline_could_not_recognize_document", &[Feature::Ocr]),
    ("decline_database_no_match", &[Feature::DatabaseValidation]),
    ("decline_document_expired", &[Feature::Ocr]),
    ("decline_face_match_low_similarity", &[Feature::FaceMatch]),
    ("decline_ip_blocklist", &[Feature::IpAnalysis]),
    ("decline_kyb_registry_mismatch", &[Feature::KybRegistry]),
    (
        "decline_liveness_attack",
        &[Feature::Liveness, Feature::AgeEstimation],
    ),
    ("decline_minimum_age", &[Feature::Ocr]),
    ("decline_mrz_validation", &[Feature::Ocr]),
    ("decline_nfc_chip_not_verified", &[Feature::Nfc]),
    ("decline_poa_address_mismatch", &[Feature::ProofOfAddress]),
    ("review_aml_possible_match", &[Feature::Aml]),
    ("review_face_match_borderline", &[Feature::FaceMatch]),
    ("review_poa_partial_match", &[Feature::ProofOfAddress]),
];

/// The status that an outcome is named after; `None` for one whose name says none.
pub(super) fn expected(outcome: &SandboxScenario) -> Option<&'static str> {
    let (kind, _) = outcome.split_once('_').unwrap_or((outcome, ""));
    match kind {
        "approve" => Some("Approved"),
        "decline" => Some("Declined"),
        "review" => Some("In Review"),
        _ => None,
    }
}

/// The check that the workflow lacks to show this outcome; `None` where it can show it, or where that is not known.
pub(super) fn lacks(outcome: &SandboxScenario, workflow: Option<&Workflow>) -> Option<Feature> {
    let workflow = workflow?;
    let mut known = SHOWS_IN.iter();
    let (_, checks) = known.find(|(name, _)| *name == &**outcome)?;
    let has = |check: &Feature| {
        let mut names = workflow.features.iter();
        names.any(|name| Feature::find(name) == Some(*check))
    };
    if checks.iter().any(has) {
        None
    } else {
        checks.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{SHOWS_IN, expected};
    use crate::didit::SANDBOX_SCENARIOS;

    #[test]
    fn every_outcome_has_an_expectation_and_all_but_the_approval_a_check() {
        for name in SANDBOX_SCENARIOS {
            let outcome = name.parse().unwrap();
            assert!(expected(&outcome).is_some(), "{name}");
            let shows = SHOWS_IN.iter().any(|(known, _)| *known == name);
            assert_eq!(shows, name != "approve", "{name}");
        }
        assert_eq!(expected(&"wallet_timeout".parse().unwrap()), None);
    }
}
