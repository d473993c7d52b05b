//! The steps of a workflow, as they went.

use super::Decision;
use super::step::{Check, Step, step};
use crate::features::Feature;
use crate::lenient::Items;

/// A list of checks, of whichever kind.
trait List {
    fn steps<'a>(&'a self, feature: &'a str) -> Vec<Step<'a>>;
    fn is_unreadable(&self) -> bool;
}

impl<C: Check> List for Items<C> {
    fn steps<'a>(&'a self, feature: &'a str) -> Vec<Step<'a>> {
        self.iter().map(|check| step(feature, check)).collect()
    }

    fn is_unreadable(&self) -> bool {
        Self::is_unreadable(self)
    }
}

impl Decision {
    /// Every check that ran or is waiting, in the order of the answer's lists.
    pub fn steps(&self) -> Vec<Step<'_>> {
        let lists = self.lists().into_iter();
        let known = lists.flat_map(|(_, feature, list)| list.steps(feature));
        let others = self.other_checks.iter();
        let others = others.map(|check| step(check.feature.as_deref().unwrap_or_default(), check));
        known.chain(others).collect()
    }

    /// The lists of the answer that are none, by their names: what they say is not in this struct.
    pub fn unreadable_lists(&self) -> Vec<&'static str> {
        let lists = self.lists().into_iter();
        let mut names: Vec<_> = lists
            .filter(|(_, _, list)| list.is_unreadable())
            .map(|(name, ..)| name)
            .collect();
        if self.reviews.is_unreadable() {
            names.push("reviews");
        }
        names
    }

    /// The lists of checks: the name in the answer, the feature in a workflow, and what they hold.
    fn lists(&self) -> [(&'static str, &'static str, &dyn List); 15] {
        // Age estimation has no list of its own; without LIVENESS in the workflow a selfie can only be one.
        let has = |name: &str| self.features.iter().any(|feature| feature == name);
        let selfie = if has("AGE_ESTIMATION") && !has("LIVENESS") {
            "AGE_ESTIMATION"
        } else {
            "LIVENESS"
        };
        [
            ("id_verifications", "OCR", &self.id_verifications),
            ("nfc_verifications", "NFC", &self.nfc_verifications),
            ("liveness_checks", selfie, &self.liveness_checks),
            ("face_matches", "FACE_MATCH", &self.face_matches),
            (
                "phone_verifications",
                "PHONE_VERIFICATION",
                &self.phone_verifications,
            ),
            (
                "email_verifications",
                "EMAIL_VERIFICATION",
                &self.email_verifications,
            ),
            (
                "poa_verifications",
                "PROOF_OF_ADDRESS",
                &self.poa_verifications,
            ),
            (
                "document_ai_documents",
                "DOCUMENT_AI",
                &self.document_ai_documents,
            ),
            (
                "questionnaire_responses",
                "QUESTIONNAIRE",
                &self.questionnaire_responses,
            ),
            ("aml_screenings", "AML", &self.aml_screenings),
            ("ip_analyses", "IP_ANALYSIS", &self.ip_analyses),
            (
                "database_validations",
                "DATABASE_VALIDATION",
                &self.database_validations,
            ),
            ("registry_checks", "KYB_REGISTRY", &self.registry_checks),
            (
                "document_verifications",
                "KYB_DOCUMENTS",
                &self.document_verifications,
            ),
            (
                "key_people_checks",
                "KYB_KEY_PEOPLE",
                &self.key_people_checks,
            ),
        ]
    }

    /// The features of the workflow, as Didit names them, of which there is no result.
    pub fn features_without_result(&self) -> Vec<&str> {
        let steps = self.steps();
        self.features
            .iter()
            .map(String::as_str)
            .filter(|name| !steps.iter().any(|step| is_result_of(step.feature, name)))
            .collect()
    }
}

/// Whether a step is the result of a feature, of which Didit has several vocabularies.
fn is_result_of(step: &str, feature: &str) -> bool {
    let known = |name: &str| {
        let name = name.trim();
        match name.to_ascii_uppercase().as_str() {
            "EMAIL" => Some("EMAIL_VERIFICATION"),
            "FACEMATCH" => Some("FACE_MATCH"),
            // Both look at the same selfie, and their results are in the same list.
            "AGE_ESTIMATION" | "FACE_SEARCH" => Some("LIVENESS"),
            _ => Feature::find(name).map(|feature| feature.name),
        }
    };
    match (known(step), known(feature)) {
        (Some(step), Some(feature)) => step == feature,
        (None, None) => {
            // A list such as `geolocation_checks` holds the results of `GEOLOCATION`.
            let (step, feature) = (step.to_ascii_lowercase(), feature.to_ascii_lowercase());
            step.contains(&feature) || feature.contains(&step)
        }
        _ => false,
    }
}
