//! The steps of a workflow, as they went.

use super::Decision;
use super::step::{Check, Step, step};
use crate::features::{Feature, FeatureName};
use crate::lenient::Items;

/// A list of checks, of whichever kind.
trait List {
    fn steps(&self, feature: Feature) -> Vec<Step<'_>>;
    fn is_unreadable(&self) -> bool;
}

impl<C: Check> List for Items<C> {
    fn steps(&self, feature: Feature) -> Vec<Step<'_>> {
        let name = FeatureName::Known(feature);
        self.iter().map(|check| step(name, check)).collect()
    }

    fn is_unreadable(&self) -> bool {
        Self::is_unreadable(self)
    }
}

impl Decision {
    /// Every check that ran or is waiting, in the order of the answer's lists.
    pub fn steps(&self) -> Vec<Step<'_>> {
        let lists = self.lists().into_iter();
        let known = lists.flat_map(|(feature, list)| list.steps(feature));
        let others = self.other_checks.iter().map(|check| {
            let name = FeatureName::read(check.feature.as_deref().unwrap_or_default());
            step(name, check)
        });
        known.chain(others).collect()
    }

    /// The names of fields that should be lists but are not; their content is missing from this struct.
    pub fn unreadable_lists(&self) -> Vec<&'static str> {
        let lists = self.lists().into_iter();
        let mut names: Vec<_> = lists
            .filter(|(_, list)| list.is_unreadable())
            .map(|(feature, _)| feature.facts().list)
            .collect();
        if self.reviews.is_unreadable() {
            names.push("reviews");
        }
        names
    }

    /// The lists of checks in the order of the answer.
    fn lists(&self) -> [(Feature, &dyn List); 15] {
        // Age estimation has no list of its own; without LIVENESS in the workflow a selfie can only be one.
        let has = |feature: Feature| {
            let mut names = self.features.iter();
            names.any(|name| name == feature.facts().display_name)
        };
        let selfie = if has(Feature::AgeEstimation) && !has(Feature::Liveness) {
            Feature::AgeEstimation
        } else {
            Feature::Liveness
        };
        [
            (Feature::Ocr, &self.id_verifications),
            (Feature::Nfc, &self.nfc_verifications),
            (selfie, &self.liveness_checks),
            (Feature::FaceMatch, &self.face_matches),
            (Feature::Phone, &self.phone_verifications),
            (Feature::Email, &self.email_verifications),
            (Feature::ProofOfAddress, &self.poa_verifications),
            (Feature::DocumentAi, &self.document_ai_documents),
            (Feature::Questionnaire, &self.questionnaire_responses),
            (Feature::Aml, &self.aml_screenings),
            (Feature::IpAnalysis, &self.ip_analyses),
            (Feature::DatabaseValidation, &self.database_validations),
            (Feature::KybRegistry, &self.registry_checks),
            (Feature::KybDocuments, &self.document_verifications),
            (Feature::KybKeyPeople, &self.key_people_checks),
        ]
    }

    /// The features of the workflow, as Didit names them, of which there is no result.
    pub fn features_without_result(&self) -> Vec<&str> {
        let steps = self.steps();
        self.features
            .iter()
            .map(String::as_str)
            .filter(|name| {
                !steps
                    .iter()
                    .any(|step| is_result_of(step.feature.as_str(), name))
            })
            .collect()
    }
}

/// Whether a step is the result of a feature, of which Didit has several vocabularies.
fn is_result_of(step: &str, feature: &str) -> bool {
    let known = |name: &str| {
        let name = name.trim();
        match name.to_ascii_uppercase().as_str() {
            "EMAIL" => Some(Feature::Email),
            "FACEMATCH" => Some(Feature::FaceMatch),
            // All look at the same selfie, and their results are in the same list.
            "AGE_ESTIMATION" | "FACE_SEARCH" => Some(Feature::Liveness),
            _ => Feature::find(name),
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
