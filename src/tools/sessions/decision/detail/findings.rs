//! What each check found, with what could say something apart from what could not.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    didit::{Decision, decision::AmlScreening},
    tools::{
        PersonalData,
        personal::{Class, Outlet},
        plain::is_word,
        shape::is_safe_unfenced,
        untrusted::clean,
    },
};

/// Hits of a watch-list search that are shown.
pub(super) const MAX_HITS: usize = 5;
/// Lists of one hit that are shown.
const MAX_LISTS: usize = 10;

type Facts = Vec<(String, Value)>;

/// What the checks found.
pub(super) struct Findings {
    level: PersonalData,
    /// The facts of each check whose shape leaves no room for a sentence.
    pub(super) checks: Vec<(String, Facts)>,
    /// All others, each with what it is: a document or a person may have written them.
    pub(super) words: Vec<(String, String)>,
}

/// Collects what each check found, as far as the operator lets it out.
pub(super) fn findings(decision: &Decision, level: PersonalData) -> Findings {
    let number = |value: &Option<String>| shown(value, level, Class::Number);
    let email = |value: &Option<String>| shown(value, level, Class::Email);
    let personal = |value: &Option<String>| shown(value, level, Class::Identity);
    let private = |value: &Option<String>| shown(value, level, Class::Private);
    let listed = |value: &Option<String>| enumerated(value.as_deref()?, level);
    let is_shown = level.allows(Outlet::Conversation, Class::Identity);
    let mut all = Findings {
        level,
        checks: Vec::new(),
        words: Vec::new(),
    };
    for document in &decision.id_verifications {
        all.add(
            "document",
            vec![
                ("number", number(&document.document_number)),
                ("expires", personal(&document.expiration_date)),
                ("issued", personal(&document.date_of_issue)),
                ("nationality", personal(&document.nationality)),
                ("gender", personal(&document.gender)),
                ("age", document.age.map(Value::from).filter(|_| is_shown)),
            ],
        );
    }
    for chip in &decision.nfc_verifications {
        let texts = chip.authenticity.iter().flat_map(Map::values);
        for words in texts.filter_map(Value::as_str).map(clean) {
            if !is_safe_unfenced(&words) {
                all.add_words(label("chip", "authenticity"), &words);
            }
        }
        all.add(
            "chip",
            vec![
                ("skipped", chip.is_nfc_skipped.map(Value::from)),
                ("skip reason", listed(&chip.skip_reason)),
                (
                    "authenticity",
                    chip.authenticity.as_ref().map(|found| flat(found, level)),
                ),
            ],
        );
    }
    for liveness in &decision.liveness_checks {
        all.add(
            "liveness",
            vec![
                ("method", listed(&liveness.method)),
                ("score", liveness.score.map(Value::from)),
                (
                    "estimated age",
                    liveness
                        .age_estimation
                        .map(Value::from)
                        .filter(|_| is_shown),
                ),
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
                        .and_then(|carrier| listed(&carrier.r#type)),
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
                ("document type", listed(&address.document_type)),
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
                .filter(|list| !is_bare(list))
                .map(|list| clean(list))
                .collect();
            all.add_words("Lists of a watch-list entry".to_owned(), &lists.join(", "));
            let review = hit.review_status.as_deref();
            all.add_words(
                "Review of a watch-list entry".to_owned(),
                review.filter(|status| !is_bare(status)).unwrap_or_default(),
            );
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
                ("top hits", hits(screening, level)),
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
            ],
        );
    }
    for validation in &decision.database_validations {
        all.add(
            "database",
            vec![
                ("country", personal(&validation.issuing_state)),
                ("match", listed(&validation.match_type)),
            ],
        );
    }
    for questionnaire in &decision.questionnaire_responses {
        all.add(
            "questionnaire",
            vec![
                ("id", id(&questionnaire.questionnaire_id, level)),
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
                    company.and_then(|company| listed(&company.registry_status)),
                ),
                (
                    "risk",
                    company.and_then(|company| listed(&company.risk_level)),
                ),
            ],
        );
    }
    all
}

impl Findings {
    fn add(&mut self, check: &str, facts: Vec<(&str, Option<Value>)>) {
        let mut plain = Facts::new();
        for (name, value) in facts {
            match value {
                Some(Value::String(text)) if !is_bare(&text) => {
                    self.add_words(label(check, name), &text);
                }
                Some(value) => plain.push((name.to_owned(), value)),
                None => {}
            }
        }
        if !plain.is_empty() {
            self.checks.push((check.to_owned(), plain));
        }
    }

    /// Adds what somebody put into words, unless the operator lets none out.
    fn add_words(&mut self, label: String, text: &str) {
        let shown = self.level.release(Outlet::Conversation, Class::Words, text);
        self.words.extend(shown.map(|text| (label, text)));
    }
}

/// Whether a finding says nothing but itself: an item of a list, or a shape without room for a sentence.
fn is_bare(text: &str) -> bool {
    is_safe_unfenced(text) || is_word(text)
}

/// The name of a fact away from its check.
fn label(check: &str, name: &str) -> String {
    let first = check.get(..1).unwrap_or_default().to_uppercase();
    format!("{first}{} {name}", check.get(1..).unwrap_or_default())
}

fn hits(screening: &AmlScreening, level: PersonalData) -> Option<Value> {
    let bare = |text: &str| enumerated(text, level).filter(|_| is_bare(text));
    // The id of an entry leads to whom it is about.
    let words = |id: &str| {
        let shown = level.release(Outlet::Conversation, Class::Words, id)?;
        is_bare(id).then_some(shown)
    };
    let hits: Vec<Value> = screening
        .hits
        .iter()
        .take(MAX_HITS)
        .map(|hit| {
            let lists = hit.datasets.iter().take(MAX_LISTS);
            let lists: Vec<Value> = lists.filter_map(|list| bare(list)).collect();
            json!({
                "lists": lists,
                "id": hit.id.as_deref().and_then(words),
                "match_score": hit.match_score,
                "risk_score": hit.risk_score,
                "review_status": hit.review_status.as_deref().and_then(bare),
            })
        })
        .collect();
    (!hits.is_empty()).then(|| hits.into())
}

/// A value as far as the operator lets it out: whole, masked, or not at all.
fn shown(value: &Option<String>, level: PersonalData, class: Class) -> Option<Value> {
    let shown = level.release(Outlet::Conversation, class, value.as_deref()?)?;
    (!shown.is_empty()).then(|| shown.into())
}

/// A value of one of Didit's enumerations. One that is in no known list could say anything: where words are kept back, only that
/// there is one is told.
fn enumerated(value: &str, level: PersonalData) -> Option<Value> {
    let value = clean(value);
    let shown = level.release(Outlet::Conversation, Class::Enumeration, &value);
    (!value.is_empty()).then(|| shown.unwrap_or_else(|| "other".to_owned()).into())
}

/// The id of something of the account's own, such as a questionnaire.
fn id(value: &Option<String>, level: PersonalData) -> Option<Value> {
    match value {
        Some(id) if Uuid::try_parse(id).is_ok() => Some(id.as_str().into()),
        other => shown(other, level, Class::Words),
    }
}

/// The single values of an object whose keys Didit chooses; what lies deeper, and what could be a sentence, is left out.
fn flat(object: &Map<String, Value>, level: PersonalData) -> Value {
    object
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                Value::String(text) if is_safe_unfenced(text) => enumerated(text, level)?,
                Value::Bool(_) | Value::Number(_) => value.clone(),
                _ => return None,
            };
            is_word(name).then(|| (name.clone(), value))
        })
        .collect::<Map<_, _>>()
        .into()
}

fn count(number: usize) -> Option<Value> {
    (number > 0).then(|| number.into())
}
