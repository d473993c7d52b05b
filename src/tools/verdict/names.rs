//! Checks, and the fields that were compared, in the words of people.

use crate::{
    didit::{
        Decision, Step,
        features::{Feature, FeatureName},
    },
    tools::{person::Mismatch, plain},
};

/// The checks in the words of people; of several of one kind, all but the first are numbered.
pub(in crate::tools) fn names_of(steps: &[Step<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let before = steps
            .iter()
            .take(place)
            .filter(|other| other.feature == step.feature)
            .count();
        let name = name_of(step.feature.as_str());
        names.push(if before == 0 {
            name
        } else {
            format!("{name} {}", before + 1)
        });
    }
    names
}

/// A feature in the words of people; one that this version does not know keeps Didit's own word.
fn name_of(feature: &str) -> String {
    match Feature::find(feature) {
        Some(known) => known.facts().plain_name.to_owned(),
        None if feature == "GEOLOCATION" => "location".to_owned(),
        None if plain::is_word(feature) => feature.to_ascii_lowercase().replace(['_', '-'], " "),
        None => "another check".to_owned(),
    }
}

/// The features of the workflow of which there is no result, in the words of people.
pub(in crate::tools) fn without_result(decision: &Decision) -> Vec<String> {
    decision
        .features_without_result()
        .into_iter()
        .map(name_of)
        .collect()
}

/// A step in the words of people, where it is known.
pub(in crate::tools) fn plain_name<T: AsRef<str>>(
    feature: &FeatureName<T>,
) -> Option<&'static str> {
    feature.known().map(|known| known.facts().plain_name)
}

/// Fields with where they stand, as far as that is not the one document: `name (document, chip) and birth date`.
pub(in crate::tools) fn places(fields: &[Mismatch]) -> String {
    let mut named: Vec<(&str, Vec<&str>)> = Vec::new();
    for field in fields {
        match named.iter_mut().find(|(name, _)| *name == field.field) {
            Some((_, sources)) => sources.push(&field.source),
            None => named.push((&field.field, vec![&field.source])),
        }
    }
    let places: Vec<String> = named
        .into_iter()
        .map(|(name, sources)| match sources.as_slice() {
            ["document"] => name.to_owned(),
            sources => format!("{name} ({})", sources.join(", ")),
        })
        .collect();
    listed(&places)
}

/// `a, b and c`.
pub(in crate::tools) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{FeatureName, listed, plain_name};

    #[test]
    fn every_step_has_a_name_for_people() {
        for (feature, name) in [
            ("OCR", "document"),
            ("NFC", "chip"),
            ("LIVENESS", "liveness"),
            ("FACE_MATCH", "face match"),
            ("AGE_ESTIMATION", "age"),
            ("PROOF_OF_ADDRESS", "address"),
            ("DOCUMENT_AI", "other documents"),
            ("QUESTIONNAIRE", "questionnaire"),
            ("PHONE_VERIFICATION", "phone"),
            ("EMAIL_VERIFICATION", "email"),
            ("DATABASE_VALIDATION", "database"),
            ("AML", "watch lists (AML)"),
            ("IP_ANALYSIS", "network and device"),
            ("KYB_REGISTRY", "company register"),
            ("KYB_DOCUMENTS", "company documents"),
            ("KYB_KEY_PEOPLE", "key people"),
        ] {
            assert_eq!(plain_name(&FeatureName::read(feature)), Some(name));
        }
        assert_eq!(plain_name(&FeatureName::read("SIGNATURE")), None);
    }

    #[test]
    fn a_list_reads_as_a_sentence_does() {
        for (items, text) in [
            (&[][..], ""),
            (&["a"], "a"),
            (&["a", "b"], "a and b"),
            (&["a", "b", "c"], "a, b and c"),
        ] {
            let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
            assert_eq!(listed(&items), text);
        }
    }
}
