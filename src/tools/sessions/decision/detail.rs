//! Everything a session found out, without images and with numbers masked.

mod findings;

use serde_json::{Map, Value, json};

use super::{
    reasons::{describe, notes, own_words},
    view::{MAX_DUPLICATES, elsewhere_line},
};
use crate::{
    didit::Decision,
    tools::{
        PersonalData, ToolOutput,
        person::PersonFacts,
        personal::{Class, Outlet},
    },
};
use findings::{Findings, MAX_HITS, findings};

/// Adds the findings of each check to a concise answer.
pub(super) fn add(mut answer: ToolOutput, decision: &Decision, level: PersonalData) -> ToolOutput {
    let Findings { checks, words, .. } = findings(decision, level);
    let facts = PersonFacts::of(decision);
    for duplicate in facts.duplicates.iter().skip(MAX_DUPLICATES) {
        answer.text.push_str(&elsewhere_line(duplicate));
    }
    let mut structured: Map<String, Value> = Map::new();
    for (check, facts) in checks {
        let key = check.replace(' ', "_");
        let entry = structured.entry(key).or_insert_with(|| json!([]));
        let place = entry.as_array().map_or(0, Vec::len);
        let number = if place == 0 {
            String::new()
        } else {
            format!(" {}", place + 1)
        };
        answer.text.push_str(&format!("\n{check}{number}:"));
        for (name, value) in &facts {
            let shown = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            answer.text.push_str(&format!(" {name} {shown};"));
        }
        if let Some(list) = entry.as_array_mut() {
            list.push(Value::Object(facts.into_iter().collect()));
        }
    }
    let mut all_notes = Vec::new();
    for (check, warning) in notes(decision) {
        let note = format!("{check}: {}", describe(warning, level));
        answer.text.push_str(&format!("\nNote: {note}"));
        all_notes.push(note);
        if let (label, Some(words)) = own_words(warning)
            && let Some(words) = level.release(Outlet::Conversation, Class::Words, words)
        {
            answer = answer.with_untrusted(&label, Some(&words));
        }
    }
    if let Some(Value::Object(data)) = &mut answer.data {
        data.insert("findings".into(), structured.into());
        data.insert("notes".into(), all_notes.into());
    }
    answer = with_people_s_words(answer, decision, level);
    words.into_iter().fold(answer, |answer, (label, value)| {
        answer.with_untrusted(&label, Some(&value))
    })
}

fn with_people_s_words(
    mut answer: ToolOutput,
    decision: &Decision,
    level: PersonalData,
) -> ToolOutput {
    let add = |answer: ToolOutput, label: &str, class: Class, value: Option<&str>| {
        let shown = value.and_then(|value| level.release(Outlet::Conversation, class, value));
        answer.with_untrusted(label, shown.as_deref())
    };
    for document in &decision.id_verifications {
        let address = document.formatted_address.as_deref();
        answer = add(answer, "Address on the document", Class::Private, address);
        let birth = document.place_of_birth.as_deref();
        answer = add(answer, "Place of birth", Class::Private, birth);
        let personal = document.personal_number.as_deref();
        answer = add(answer, "Personal number", Class::Private, personal);
    }
    for address in &decision.poa_verifications {
        let proven = address.poa_formatted_address.as_deref();
        answer = add(answer, "Proven address", Class::Private, proven);
    }
    if let Some(expected) = &decision.expected_details {
        for (key, label) in [
            ("first_name", "Expected first name"),
            ("last_name", "Expected last name"),
        ] {
            let name = expected.get(key).and_then(Value::as_str);
            // A difference has put the whole name there already.
            let is_there = answer
                .untrusted
                .iter()
                .any(|fact| fact.label == "Expected name");
            answer = add(answer, label, Class::Identity, name.filter(|_| !is_there));
        }
    }
    for hit in decision
        .aml_screenings
        .iter()
        .flat_map(|screening| screening.hits.iter().take(MAX_HITS))
    {
        answer = add(
            answer,
            "Watch-list entry",
            Class::Words,
            hit.caption.as_deref(),
        );
    }
    for review in decision.reviews.iter().rev().take(6) {
        let comment = review.comment.as_deref();
        // The last one is there already.
        let is_there = answer
            .untrusted
            .iter()
            .any(|fact| Some(fact.value.as_str()) == comment);
        let comment = comment.filter(|_| !is_there);
        answer = add(answer, "Earlier review comment", Class::Words, comment);
    }
    answer
}
