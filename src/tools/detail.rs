//! Everything a session found out, without images and with numbers masked.

use serde_json::{Map, Value, json};

use super::{
    PersonalData,
    answer::Answer,
    decision::{counts, describe, plain_name},
    untrusted::{clean, masked, masked_email},
};
use crate::didit::Decision;

/// Hits of a watch-list search that are shown.
const MAX_HITS: usize = 5;
/// Lists of one hit that are shown.
const MAX_LISTS: usize = 10;

/// Adds the findings of each check to a concise answer.
pub(super) fn add(mut answer: Answer, decision: &Decision, level: PersonalData) -> Answer {
    let Findings { checks, words } = findings(decision, level);
    for (check, facts) in &checks {
        answer.text.push_str(&format!("\n{check}:"));
        for (name, value) in facts {
            let shown = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            answer.text.push_str(&format!(" {name} {shown};"));
        }
    }
    let notes: Vec<String> = decision
        .steps()
        .iter()
        .flat_map(|step| {
            step.warnings
                .iter()
                .map(move |warning| (step.feature, warning))
        })
        .filter(|(_, warning)| !counts(warning))
        .map(|(feature, warning)| format!("{}: {}", plain_name(feature), describe(warning)))
        .collect();
    for note in &notes {
        answer.text.push_str(&format!("\nNote: {note}"));
    }
    if let Some(Value::Object(data)) = &mut answer.data {
        let findings: Map<String, Value> = checks
            .into_iter()
            .map(|(check, facts)| {
                (
                    check.replace(' ', "_"),
                    Value::Object(facts.into_iter().collect()),
                )
            })
            .collect();
        data.insert("findings".into(), findings.into());
        data.insert("notes".into(), notes.into());
    }
    if level != PersonalData::None {
        answer = with_people_s_words(answer, decision, level);
    }
    words.into_iter().fold(answer, |answer, (label, value)| {
        answer.with_untrusted(&label, Some(&value))
    })
}

type Facts = Vec<(String, Value)>;

/// What the checks found.
#[derive(Default)]
struct Findings {
    /// The facts of each check whose shape leaves no room for a sentence.
    checks: Vec<(String, Facts)>,
    /// All others, each with what it is: a document or a person may have written them.
    words: Vec<(String, String)>,
}

impl Findings {
    fn add(&mut self, check: &str, facts: Vec<(&str, Option<Value>)>) {
        let mut plain = Facts::new();
        for (name, value) in facts {
            match value {
                Some(Value::String(text)) if !is_plain(&text) => {
                    self.words.push((label(check, name), text));
                }
                Some(value) => plain.push((name.to_owned(), value)),
                None => {}
            }
        }
        if !plain.is_empty() {
            self.checks.push((check.to_owned(), plain));
        }
    }
}

/// The name of a fact away from its check.
fn label(check: &str, name: &str) -> String {
    let first = check.get(..1).unwrap_or_default().to_uppercase();
    format!("{first}{} {name}", check.get(1..).unwrap_or_default())
}

fn findings(decision: &Decision, level: PersonalData) -> Findings {
    let number = |value: &Option<String>| shown(value, level, masked);
    let email = |value: &Option<String>| shown(value, level, masked_email);
    let personal = |value: &Option<String>| text(value).filter(|_| level != PersonalData::None);
    let private = |value: &Option<String>| text(value).filter(|_| level == PersonalData::Full);
    let mut all = Findings::default();
    for document in &decision.id_verifications {
        all.add(
            "document",
            vec![
                ("number", number(&document.document_number)),
                ("expires", personal(&document.expiration_date)),
                ("issued", personal(&document.date_of_issue)),
                ("nationality", personal(&document.nationality)),
                ("gender", personal(&document.gender)),
                (
                    "age",
                    document
                        .age
                        .map(Value::from)
                        .filter(|_| level != PersonalData::None),
                ),
                (
                    "same person in other sessions",
                    count(document.matches.len()),
                ),
            ],
        );
    }
    for chip in &decision.nfc_verifications {
        let texts = chip.authenticity.iter().flat_map(Map::values);
        for words in texts.filter_map(Value::as_str).map(clean) {
            if !is_plain(&words) {
                all.words.push((label("chip", "authenticity"), words));
            }
        }
        all.add(
            "chip",
            vec![
                ("skipped", chip.is_nfc_skipped.map(Value::from)),
                ("skip reason", text(&chip.skip_reason)),
                ("authenticity", chip.authenticity.as_ref().map(flat)),
            ],
        );
    }
    for liveness in &decision.liveness_checks {
        all.add(
            "liveness",
            vec![
                ("method", text(&liveness.method)),
                ("score", liveness.score.map(Value::from)),
                (
                    "estimated age",
                    liveness
                        .age_estimation
                        .map(Value::from)
                        .filter(|_| level != PersonalData::None),
                ),
                ("same face in other sessions", count(liveness.matches.len())),
            ],
        );
    }
    for face in &decision.face_matches {
        all.add("face match", vec![("score", face.score.map(Value::from))]);
    }
    for phone in &decision.phone_verifications {
        all.add(
            "phone",
            vec![
                ("number", number(&phone.full_number)),
                ("country", personal(&phone.country_code)),
                (
                    "carrier type",
                    phone
                        .carrier
                        .as_ref()
                        .and_then(|carrier| text(&carrier.r#type)),
                ),
                ("disposable", phone.is_disposable.map(Value::from)),
                ("virtual", phone.is_virtual.map(Value::from)),
            ],
        );
    }
    for contact in &decision.email_verifications {
        all.add(
            "email",
            vec![
                ("address", email(&contact.email)),
                ("breached", contact.is_breached.map(Value::from)),
                ("disposable", contact.is_disposable.map(Value::from)),
                ("undeliverable", contact.is_undeliverable.map(Value::from)),
            ],
        );
    }
    for address in &decision.poa_verifications {
        all.add(
            "address",
            vec![
                ("document type", text(&address.document_type)),
                ("country", personal(&address.issuing_state)),
                ("issued", personal(&address.issue_date)),
                (
                    "name match with document",
                    address.name_match_score_id_verification.map(Value::from),
                ),
                (
                    "name match with expected",
                    address.name_match_score_expected_details.map(Value::from),
                ),
            ],
        );
    }
    for screening in &decision.aml_screenings {
        for hit in screening.hits.iter().take(MAX_HITS) {
            let lists: Vec<String> = hit
                .datasets
                .iter()
                .take(MAX_LISTS)
                .filter(|list| !is_name(list))
                .map(|list| clean(list))
                .collect();
            all.words
                .push(("Lists of a watch-list entry".to_owned(), lists.join(", ")));
            let review = hit.review_status.clone().filter(|status| !is_name(status));
            all.words.push((
                "Review of a watch-list entry".to_owned(),
                review.unwrap_or_default(),
            ));
        }
        all.add(
            "watch lists",
            vec![
                ("hits", screening.total_hits.map(Value::from)),
                ("score", screening.score.map(Value::from)),
                (
                    "ongoing monitoring",
                    screening.is_ongoing_monitoring_enabled.map(Value::from),
                ),
                ("top hits", hits(screening)),
            ],
        );
    }
    for network in &decision.ip_analyses {
        all.add(
            "network and device",
            vec![
                ("address", private(&network.ip_address)),
                ("country", personal(&network.ip_country_code)),
                ("vpn or tor", network.is_vpn_or_tor.map(Value::from)),
                ("data center", network.is_data_center.map(Value::from)),
                ("platform", personal(&network.platform)),
                (
                    "same device or address in other sessions",
                    count(network.matches.len()),
                ),
            ],
        );
    }
    for validation in &decision.database_validations {
        all.add(
            "database",
            vec![
                ("country", personal(&validation.issuing_state)),
                ("match", text(&validation.match_type)),
            ],
        );
    }
    for questionnaire in &decision.questionnaire_responses {
        all.add(
            "questionnaire",
            vec![
                ("id", text(&questionnaire.questionnaire_id)),
                ("sections", count(questionnaire.sections.len())),
            ],
        );
    }
    for registry in &decision.registry_checks {
        let company = registry.company.as_ref();
        all.add(
            "company register",
            vec![
                (
                    "registration number",
                    company.and_then(|company| personal(&company.registration_number)),
                ),
                (
                    "registry status",
                    company.and_then(|company| text(&company.registry_status)),
                ),
                (
                    "risk",
                    company.and_then(|company| text(&company.risk_level)),
                ),
            ],
        );
    }
    all
}

fn with_people_s_words(mut answer: Answer, decision: &Decision, level: PersonalData) -> Answer {
    if level == PersonalData::Full {
        for document in &decision.id_verifications {
            answer = answer
                .with_untrusted(
                    "Address on the document",
                    document.formatted_address.as_deref(),
                )
                .with_untrusted("Place of birth", document.place_of_birth.as_deref())
                .with_untrusted("Personal number", document.personal_number.as_deref());
        }
        for address in &decision.poa_verifications {
            answer =
                answer.with_untrusted("Proven address", address.poa_formatted_address.as_deref());
        }
    }
    if let Some(expected) = &decision.expected_details {
        for (key, label) in [
            ("first_name", "Expected first name"),
            ("last_name", "Expected last name"),
        ] {
            answer = answer.with_untrusted(label, expected.get(key).and_then(Value::as_str));
        }
    }
    for hit in decision
        .aml_screenings
        .iter()
        .flat_map(|screening| screening.hits.iter().take(MAX_HITS))
    {
        answer = answer.with_untrusted("Watch-list entry", hit.caption.as_deref());
    }
    for review in decision.reviews.iter().rev().skip(1).take(5) {
        answer = answer.with_untrusted("Earlier review comment", review.comment.as_deref());
    }
    answer
}

fn hits(screening: &crate::didit::decision::AmlScreening) -> Option<Value> {
    let hits: Vec<Value> = screening
        .hits
        .iter()
        .take(MAX_HITS)
        .map(|hit| {
            json!({
                "lists": hit.datasets.iter().take(MAX_LISTS).filter(|list| is_name(list)).collect::<Vec<_>>(),
                "match_score": hit.match_score,
                "review_status": hit.review_status.as_deref().filter(|status| is_name(status)),
            })
        })
        .collect();
    (!hits.is_empty()).then(|| hits.into())
}

/// A number or address, whole or masked by the operator's choice; not even masked where nothing may be shown.
fn shown(value: &Option<String>, level: PersonalData, mask: fn(&str) -> String) -> Option<Value> {
    let value = value.as_deref()?;
    match level {
        PersonalData::None => None,
        PersonalData::Minimal => Some(mask(value).into()),
        PersonalData::Full => Some(clean(value).into()),
    }
}

fn text(value: &Option<String>) -> Option<Value> {
    value
        .as_deref()
        .map(clean)
        .filter(|value| !value.is_empty())
        .map(Value::from)
}

/// Whether a value can only be a date, a number, a code or an address, whole or masked, and so no sentence that a document
/// says to its reader.
fn is_plain(value: &str) -> bool {
    let made_of = |allowed: fn(char) -> bool| value.len() <= 40 && value.chars().all(allowed);
    let is_code = made_of(|letter| {
        letter.is_ascii_uppercase() || letter.is_ascii_digit() || matches!(letter, '_' | '*')
    });
    let is_number_or_date = made_of(|letter| {
        letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | ':' | 'T' | 'Z' | '*')
    });
    let is_email = value.split_once('@').is_some_and(|(name, domain)| {
        [name, domain].iter().all(|part| {
            (1..=80).contains(&part.len())
                && part.chars().all(|letter| {
                    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+' | '*')
                })
        })
    });
    is_code || is_number_or_date || is_email || value.parse::<std::net::IpAddr>().is_ok()
}

/// Whether a value is one word, as Didit names lists and states.
fn is_name(value: &str) -> bool {
    (1..=40).contains(&value.len())
        && value
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
}

/// The single values of an object whose keys Didit chooses; what lies deeper, and what could be a sentence, is left out.
fn flat(object: &Map<String, Value>) -> Value {
    object
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                Value::String(text) if is_plain(text) => text.as_str().into(),
                Value::Bool(_) | Value::Number(_) => value.clone(),
                _ => return None,
            };
            is_name(name).then(|| (name.clone(), value))
        })
        .collect::<Map<_, _>>()
        .into()
}

fn count(number: usize) -> Option<Value> {
    (number > 0).then(|| number.into())
}
