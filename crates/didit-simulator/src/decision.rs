//! What the checks of a session found.

use jiff::{Timestamp, civil::Date};
use serde_json::{Map, Value, json};

use super::{
    lists,
    people::Person,
    scenarios::{Action, Finding, Scenario, warning},
    sessions::{Session, Status, StepStatus},
    state::{State, later, micros, money},
    workflows::features::Feature,
};

mod biometrics;
mod business;
mod contact;
mod document;
mod identity;
mod screening;

pub(super) use document::document_name;

/// The keys of results in a decision about a person; each is null or a list.
const PERSON_RESULTS: [&str; 11] = [
    "id_verifications",
    "nfc_verifications",
    "liveness_checks",
    "face_matches",
    "phone_verifications",
    "email_verifications",
    "poa_verifications",
    "document_ai_documents",
    "questionnaire_responses",
    "aml_screenings",
    "database_validations",
];
const BUSINESS_RESULTS: [&str; 7] = [
    "registry_checks",
    "document_verifications",
    "key_people_checks",
    "aml_screenings",
    "phone_verifications",
    "email_verifications",
    "questionnaire_responses",
];

/// The decision as the API shows it at any time.
pub(super) fn show(state: &State, session: &Session) -> Value {
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| {
        shown.insert(key.to_owned(), value);
    };
    put("session_id", json!(session.id));
    put(
        "session_kind",
        json!(if session.is_business {
            "business"
        } else {
            "user"
        }),
    );
    put("session_number", json!(session.number));
    put("session_url", json!(session.url(&state.origin)));
    put("status", json!(session.status.name()));
    put("environment", json!(session.environment.name()));
    put("workflow_id", json!(session.workflow_id()));
    let features: Vec<&str> = session
        .steps
        .iter()
        .map(|step| step.feature.kind.display)
        .collect();
    put("features", json!(features));
    put("vendor_data", json!(session.vendor_data));
    put("metadata", session.metadata.clone());
    put("expected_details", json!(session.expected_details));
    put("contact_details", json!(session.contact_details));
    put("callback", json!(session.callback));
    let keys: &[&str] = if session.is_business {
        &BUSINESS_RESULTS
    } else {
        &PERSON_RESULTS
    };
    for key in keys.iter().copied().chain(std::iter::once("ip_analyses")) {
        put(key, results(session, key));
    }
    if !session.is_business {
        put("nfc_skip_reason", Value::Null);
    }
    let reviews: Vec<Value> = session
        .activities
        .iter()
        .map(super::sessions::reviews::Activity::in_decision)
        .collect();
    put("reviews", json!(reviews));
    put("created_at", json!(micros(session.created_at)));
    put("expires_at", json!(micros(session.expires_at)));
    Value::Object(shown)
}

/// What `include=events` adds.
pub(super) fn add_events(state: &State, session: &Session, shown: &mut Value) {
    let Some(shown) = shown.as_object_mut() else {
        return;
    };
    let events: Vec<Value> = session
        .steps
        .iter()
        .filter(|step| step.result.is_some())
        .map(|step| {
            json!({
                "type": format!("{}_FINISHED", step.feature.kind.name),
                "node_id": step.feature.node_id,
                "status": step.status.name(),
            })
        })
        .collect();
    let activities: Vec<Value> = session
        .activities
        .iter()
        .map(super::sessions::reviews::Activity::row)
        .collect();
    let person = session.person();
    let on =
        |kind: &str, value: &str| lists::blocked(state, session.application, kind, value).is_some();
    shown.insert("events".to_owned(), json!(events));
    shown.insert("activity_reviews".to_owned(), json!(activities));
    shown.insert(
        "blocklisted".to_owned(),
        json!({
            "face": session.result("LIVENESS").is_some() && on("face", &person.face()),
            "document": session.result("OCR").is_some() && on("document", person.document_number),
        }),
    );
    shown.insert(
        "cost".to_owned(),
        json!({ "total": money(session.price), "currency": "USD" }),
    );
}

/// The risk codes of all warnings.
pub(super) fn risks(session: &Session) -> Vec<String> {
    session
        .steps
        .iter()
        .filter_map(|step| step.result.as_ref()?.get("warnings")?.as_array())
        .flatten()
        .filter_map(|warning| warning.get("risk")?.as_str().map(str::to_owned))
        .collect()
}

/// The results under one key: null as long as no step of that kind ran, never an empty list.
fn results(session: &Session, key: &str) -> Value {
    let found: Vec<&Value> = session
        .steps
        .iter()
        .filter(|step| step.feature.kind.results == key)
        .filter_map(|step| step.result.as_ref())
        .collect();
    if found.is_empty() {
        Value::Null
    } else {
        json!(found)
    }
}

/// Runs one step and gives its status and its entry in the decision.
pub(super) fn run(
    state: &State,
    session: &Session,
    feature: &Feature,
    scenario: &'static Scenario,
) -> (StepStatus, Value) {
    let check = Check {
        state,
        session,
        feature,
        person: session.person(),
        scenario,
        finding: scenario.finding_for(feature.kind.name, session),
        now: state.now(),
        today: state.today(),
    };
    let mut findings = Findings::default();
    let mut result = match feature.kind.name {
        "OCR" => identity::ocr(&check, &mut findings),
        "NFC" => identity::nfc(&check, &mut findings),
        "LIVENESS" | "AGE_ESTIMATION" => biometrics::liveness(&check, &mut findings),
        "FACE_MATCH" => biometrics::face_match(&check, &mut findings),
        "PHONE_VERIFICATION" => contact::phone(&check, &mut findings),
        "EMAIL_VERIFICATION" => contact::email(&check, &mut findings),
        "PROOF_OF_ADDRESS" => contact::proof_of_address(&check, &mut findings),
        "IP_ANALYSIS" => contact::ip_analysis(&check, &mut findings),
        "AML" => screening::aml(&check, &mut findings),
        "DATABASE_VALIDATION" => screening::database(&check, &mut findings),
        "DOCUMENT_AI" => screening::documents(&check),
        "KYB_REGISTRY" => business::registry(&check, &mut findings),
        "KYB_KEY_PEOPLE" => business::key_people(&check),
        "KYB_DOCUMENTS" => business::documents(&check),
        _ => json!({}),
    };
    let status = findings.status();
    if let Some(fields) = result.as_object_mut() {
        fields.insert("node_id".to_owned(), json!(feature.node_id));
        fields.insert("status".to_owned(), json!(status.name()));
        fields.insert("warnings".to_owned(), json!(findings.warnings));
    }
    (status, result)
}

/// Everything a check looks at.
struct Check<'a> {
    state: &'a State,
    session: &'a Session,
    feature: &'a Feature,
    person: &'static Person,
    scenario: &'static Scenario,
    /// What the scenario wants this feature to find.
    finding: Option<Finding>,
    now: Timestamp,
    today: Date,
}

impl Check<'_> {
    fn found(&self, risk: &str) -> bool {
        self.finding.is_some_and(|finding| finding.risk == risk)
    }

    /// Where a picture of this session can be fetched while the session exists.
    fn media(&self, name: &str) -> String {
        let expires = later(self.now, 3600).as_second();
        format!(
            "{}/media/{}/{name}?expires={expires}",
            self.state.origin, self.session.id
        )
    }

    /// The date of birth on this person's documents; the scenario of a minor makes it recent.
    fn born(&self) -> Date {
        let too_young = self
            .session
            .steps
            .iter()
            .filter_map(|step| {
                self.scenario
                    .finding_for(step.feature.kind.name, self.session)
            })
            .any(|finding| finding.risk == "MINIMUM_AGE_NOT_MET");
        let born = self.person.born();
        if !too_young {
            return born;
        }
        Date::new(self.today.year() - 15, born.month(), born.day().min(28)).unwrap_or(born)
    }

    /// The action configured under `key`.
    fn action(&self, key: &str, default: Action) -> Action {
        match self.feature.text(key).as_deref() {
            Some("NO_ACTION") => Action::Ignore,
            Some("REVIEW") => Action::Review,
            Some("DECLINE") => Action::Decline,
            _ => default,
        }
    }

    /// Adds what the scenario wants, and what is blocked, to the findings.
    fn expect_finding(&self, findings: &mut Findings) {
        if let Some(finding) = self.finding {
            self.warn(findings, finding.risk, Action::from(finding.status));
        }
    }

    fn warn(&self, findings: &mut Findings, risk: &str, action: Action) {
        self.warn_about(findings, risk, action, &Value::Null);
    }

    fn warn_about(&self, findings: &mut Findings, risk: &str, action: Action, additional: &Value) {
        findings.worst = findings.worst.max(action);
        findings.warnings.push(warning(
            self.feature.kind.tag,
            risk,
            action,
            &self.feature.node_id,
            additional,
        ));
    }

    /// Declines when `value` is on the application's blocklist for `kind`; says whether it is.
    fn refuse_blocked(&self, findings: &mut Findings, kind: &str, value: &str, risk: &str) -> bool {
        let Some(entry) = lists::blocked(self.state, self.session.application, kind, value) else {
            return false;
        };
        let additional = json!({
            "blocklisted_session_id": entry.session_id,
            "blocklisted_session_number": entry.session_number,
            "api_service": null,
        });
        self.warn_about(findings, risk, Action::Decline, &additional);
        true
    }
}

/// The warnings of one step.
struct Findings {
    warnings: Vec<Value>,
    worst: Action,
}

impl Default for Findings {
    fn default() -> Self {
        Self {
            warnings: Vec::new(),
            worst: Action::Ignore,
        }
    }
}

impl Findings {
    fn status(&self) -> StepStatus {
        self.worst.status()
    }
}

/// Whether webhooks about this status carry the decision.
pub(super) fn is_told(status: Status) -> bool {
    matches!(
        status,
        Status::Approved | Status::Declined | Status::InReview | Status::Abandoned
    )
}
