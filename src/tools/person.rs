//! Who a session is about, for whoever decides: names, what differs from what was expected, where the person was seen
//! before, and how the checks stand.

mod duplicates;
mod expected;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use super::{
    change::Line,
    compare::{Likeness, names},
    personal::Class,
};
use crate::didit::Decision;

pub(super) use duplicates::{Duplicate, Whose};
pub(super) use expected::{Comparison, field_of};

/// What a human should know of the person before deciding.
#[derive(Debug, Clone)]
pub(super) struct PersonFacts {
    /// The name on the first document that shows one, else the one in a chip.
    pub name: Option<String>,
    /// Every other name found, with where it stands, where it is not surely the same name.
    pub other_names: Vec<(String, String)>,
    /// What was expected and something else was found.
    pub mismatches: Vec<Mismatch>,
    /// What was expected and cannot be told from the texts: a human compares both.
    pub unsure: Vec<Mismatch>,
    /// The fields that were compared and match everywhere.
    pub matching: Vec<String>,
    /// Other sessions in which the face, the document or a contact was seen, and hits of the blocklist.
    pub duplicates: Vec<Duplicate>,
    /// The statuses of the checks, their reasons and the documents: an agreement is void when any of it changes. It holds
    /// personal data and is never shown.
    pub seen: Value,
}

/// One value that is not as expected, or may not be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mismatch {
    /// The field in the words of people, such as `birth date`.
    pub field: String,
    /// Where the found value stands, such as `document` or `proof of address`.
    pub source: String,
    /// What was expected; `None` where Didit alone knows.
    pub expected: Option<String>,
    /// What was found; `None` where Didit alone knows.
    pub found: Option<String>,
    /// What both tell about the person.
    pub class: Class,
    /// Whether Didit says that they differ.
    pub is_told_by_didit: bool,
}

impl PersonFacts {
    /// Everything that the decision tells.
    pub(super) fn of(decision: &Decision) -> Self {
        let found = names_of(decision);
        let name = found.first().map(|(_, name)| name.clone());
        let comparisons = expected::comparisons(decision);
        let duplicates = duplicates::of(decision);
        let pick = |likeness: Likeness| -> Vec<Mismatch> {
            comparisons
                .iter()
                .filter(|comparison| comparison.likeness == likeness)
                .map(Mismatch::from)
                .collect()
        };
        let mut matching: Vec<String> = Vec::new();
        for comparison in &comparisons {
            let everywhere = comparisons
                .iter()
                .filter(|other| other.field == comparison.field)
                .all(|other| other.likeness == Likeness::Match);
            if everywhere && !matching.contains(&comparison.field) {
                matching.push(comparison.field.clone());
            }
        }
        Self {
            seen: seen(decision, &found, &duplicates),
            other_names: others(found),
            name,
            mismatches: pick(Likeness::Differs),
            unsure: pick(Likeness::Unsure),
            matching,
            duplicates,
        }
    }

    /// What stands first in a question about this person: differences, doubts, other names, other sessions.
    pub(super) fn warnings(&self) -> Vec<Line> {
        let differences = self.mismatches.iter().map(|difference| {
            difference.line(format!(
                "Not as expected: the {} ({}) differs",
                difference.field, difference.source
            ))
        });
        let doubts = self.unsure.iter().map(|doubt| {
            doubt.line(format!(
                "Compare by eye: the {} ({})",
                doubt.field, doubt.source
            ))
        });
        let others = self.other_names.iter().map(|(source, name)| {
            Line::new(format!("Another name ({source}): ")).personal(Class::Identity, name)
        });
        let seen = self.duplicates.iter().map(Duplicate::line);
        differences
            .chain(doubts)
            .chain(others)
            .chain(seen)
            .collect()
    }
}

impl Mismatch {
    /// The field with where it stands, as far as that is not the document itself.
    pub(super) fn place(&self) -> String {
        if self.source == "document" {
            self.field.clone()
        } else {
            format!("{} ({})", self.field, self.source)
        }
    }

    fn line(&self, words: String) -> Line {
        let mut line = Line::new(words);
        for (what, value) in [("expected", &self.expected), ("found", &self.found)] {
            if let Some(value) = value {
                line = line
                    .words(format!("; {what} "))
                    .personal(self.class, value.as_str());
            }
        }
        line
    }
}

impl From<&Comparison> for Mismatch {
    fn from(comparison: &Comparison) -> Self {
        Self {
            field: comparison.field.clone(),
            source: comparison.source.clone(),
            expected: comparison.expected.clone(),
            found: comparison.found.clone(),
            class: comparison.class,
            is_told_by_didit: comparison.is_told_by_didit,
        }
    }
}

/// Every name found with where it stands, documents first.
fn names_of(decision: &Decision) -> Vec<(String, String)> {
    let documents = decision
        .id_verifications
        .iter()
        .enumerate()
        .map(|(place, document)| {
            (
                expected::numbered("document", place),
                expected::name_of(document),
            )
        });
    let chips = decision
        .nfc_verifications
        .iter()
        .enumerate()
        .map(|(place, chip)| (expected::numbered("chip", place), expected::name_in(chip)));
    let proofs = decision
        .poa_verifications
        .iter()
        .enumerate()
        .map(|(place, proof)| {
            (
                expected::numbered("proof of address", place),
                expected::name_on(proof),
            )
        });
    documents
        .chain(chips)
        .chain(proofs)
        .filter_map(|(source, name)| Some((source, name.text()?)))
        .collect()
}

/// The names that are not surely the first one, each once.
fn others(found: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (source, name) in found {
        let is_new = kept.iter().all(|(_, known)| !is_same(known, &name));
        if is_new {
            kept.push((source, name));
        }
    }
    if !kept.is_empty() {
        kept.remove(0);
    }
    kept
}

fn is_same(one: &str, other: &str) -> bool {
    let whole = |text| super::compare::Name {
        whole: Some(text),
        ..Default::default()
    };
    names(&whole(one), &whole(other)) == Some(Likeness::Match)
}

fn seen(decision: &Decision, names: &[(String, String)], duplicates: &[Duplicate]) -> Value {
    let checks: Vec<Value> = decision
        .steps()
        .iter()
        .map(|step| {
            let reasons: Vec<Value> = step
                .warnings
                .iter()
                .map(|warning| json!([warning.risk, warning.log_type]))
                .collect();
            json!([step.feature, step.node_id, step.status, reasons])
        })
        .collect();
    let documents: Vec<Value> = decision
        .id_verifications
        .iter()
        .map(|document| {
            json!([
                document.document_type,
                document.document_number,
                document.date_of_birth,
                document.issuing_state,
            ])
        })
        .collect();
    let session: Vec<Value> = decision
        .warnings
        .iter()
        .map(|warning| json!([warning.risk, warning.log_type]))
        .collect();
    let hits: Vec<Value> = decision
        .aml_screenings
        .iter()
        .map(|screening| json!([screening.total_hits, screening.hits.len()]))
        .collect();
    let others: Vec<Value> = duplicates
        .iter()
        .map(|duplicate| {
            json!([
                duplicate.kind,
                duplicate.session_id,
                duplicate.is_blocklisted
            ])
        })
        .collect();
    json!({
        "status": decision.status,
        "checks": checks,
        "session": session,
        "documents": documents,
        "names": names,
        "hits": hits,
        "others": others,
    })
}
