//! What others wrote, fenced: names, dates, addresses, comments, and Didit's own words for what this version does not know.

use super::{
    reasons::{all_warnings, is_reason, own_words},
    view::{MAX_DUPLICATES, values},
};
use crate::{
    didit::{Decision, SessionStatus},
    tools::{
        PersonalData, ToolOutput,
        compare::present,
        person::PersonFacts,
        personal::{Class, Outlet},
        plain, shape, verdict,
    },
};

/// What others wrote, as far as the operator lets it out: the two sides of a difference first.
pub(super) fn with_untrusted_values(
    answer: ToolOutput,
    decision: &Decision,
    facts: &PersonFacts,
    level: PersonalData,
) -> ToolOutput {
    let mut words = Words { answer, level };
    for field in facts.mismatches.iter().chain(&facts.unsure) {
        let [expected, found] = values(field, level);
        if expected.is_none() {
            let label = format!("Expected {}", field.field);
            words.add_once(&label, field.class, field.expected.as_deref());
        }
        let is_the_name = field.field == "name" && field.source == "document";
        if found.is_none() && !is_the_name {
            let label = format!("{} {}", capital(&field.source), field.field);
            words.add_once(&label, field.class, field.found.as_deref());
        }
    }
    words.add_once("Name", Class::Identity, facts.name.as_deref());
    for (source, name) in &facts.other_names {
        let label = format!("{} name", capital(source));
        words.add_once(&label, Class::Identity, Some(name));
    }
    for (place, document) in decision.id_verifications.iter().enumerate() {
        let (birth, kind, country) = if place == 0 {
            let own = ["Birth date", "Document type", "Document country"];
            own.map(str::to_owned).into()
        } else {
            let number = place + 1;
            let own = ["birth date", "type", "country"];
            own.map(|what| format!("Document {number} {what}")).into()
        };
        words.add_once(&birth, Class::Identity, document.date_of_birth.as_deref());
        words.add_once(&kind, Class::Identity, document.document_type.as_deref());
        words.add_once(&country, Class::Identity, document.issuing_state.as_deref());
    }
    for registry in &decision.registry_checks {
        let company = registry.company.as_ref();
        let name = company.and_then(|company| company.company_name.as_deref());
        words.add_once("Company", Class::Identity, name);
        let country = company.and_then(|company| company.country_code.as_deref());
        words.add_once("Company country", Class::Identity, country);
    }
    let vendor_data = present(decision.vendor_data.as_deref());
    let vendor_data = vendor_data.filter(|vendor_data| !shape::is_safe_unfenced(vendor_data));
    words.add_once("vendor_data", Class::Words, vendor_data);
    for duplicate in facts.duplicates.iter().take(MAX_DUPLICATES) {
        let other = duplicate
            .other_vendor_data()
            .filter(|vendor_data| !shape::is_safe_unfenced(vendor_data));
        words.add_once("Other vendor_data", Class::Words, other);
    }
    if let SessionStatus::Other(status) = &decision.status
        && !plain::is_word(status)
    {
        words.add_once("Status in Didit's words", Class::Words, Some(status));
    }
    for warning in all_warnings(decision).filter(|warning| is_reason(warning)) {
        let (label, description) = own_words(warning);
        words.add_once(&label, Class::Words, description);
    }
    let comment = verdict::latest_decision(decision)
        .or(decision.reviews.last())
        .and_then(|review| review.comment.as_deref());
    words.add_once("Last review comment", Class::Words, comment);
    words.answer
}

struct Words {
    answer: ToolOutput,
    level: PersonalData,
}

impl Words {
    /// Adds a value unless it is there already, or must not leave.
    fn add_once(&mut self, label: &str, class: Class, value: Option<&str>) {
        let Some(value) = present(value) else {
            return;
        };
        let Some(shown) = self.level.release(Outlet::Conversation, class, value) else {
            return;
        };
        let is_there = self
            .answer
            .untrusted
            .iter()
            .any(|fact| fact.label == label && fact.value == shown);
        if !is_there {
            let answer = std::mem::take(&mut self.answer);
            self.answer = answer.with_untrusted(label, Some(&shown));
        }
    }
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}
