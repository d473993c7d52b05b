//! One check while it runs: what it looks at, and what it found.

use jiff::{Timestamp, civil::Date};
use serde::Deserialize as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    behaviour::blocking,
    catalog::{
        Feature, Person, Scenario, StepStatus, filled,
        scenarios::{Finding, descriptions},
    },
    model::{Session, State},
    values::{Fields, Object, age, later, lay_over, micros, with},
};

pub(crate) struct Check<'a> {
    pub state: &'a State,
    pub session: &'a Session,
    pub feature: &'a Feature,
    pub person: &'a Person,
    pub scenario: &'static Scenario,
    /// What the scenario wants this feature to find.
    pub finding: Option<&'static Finding>,
    /// What a script wants this feature to say.
    pub scripted: Option<&'a Object>,
    pub now: Timestamp,
    pub today: Date,
    pub warnings: Vec<Value>,
    /// Of all that was found.
    pub status: StepStatus,
    /// The risks that change what the result says beside the warning.
    pub marks: Vec<String>,
}

impl<'a> Check<'a> {
    /// Finds what the scenario wants, and nothing else yet.
    pub fn start(&mut self) {
        if let Some(finding) = self.finding {
            self.warn(&finding.risk, finding.status, &Value::Null);
            self.marks.push(finding.risk.clone());
        }
        let risks = self.scripted.and_then(|script| script.object("risks"));
        for (risk, status) in risks.into_iter().flatten() {
            if let Ok(status) = StepStatus::deserialize(status) {
                self.warn(risk, status, &Value::Null);
            }
        }
    }

    /// The score that a script gives this feature, or else the scenario.
    pub fn score_or(&self, usual: f64) -> f64 {
        self.scripted_score().unwrap_or(usual)
    }

    pub fn scripted_score(&self) -> Option<f64> {
        self.scripted?.json("score").as_f64()
    }

    /// Whether the scenario makes this check find `risk`.
    pub fn finds(&self, risk: &str) -> bool {
        self.finding.is_some_and(|finding| finding.risk == risk)
    }

    /// The date of birth on this person's documents; the scenario of a minor makes it recent.
    pub fn born(&self) -> Date {
        let born = self.person.born();
        let has = |name: &str| self.session.has(name);
        let is_minor = self.session.steps.iter().any(|step| {
            let finding = self.scenario.finding_for(&step.feature.kind.name, has);
            finding.is_some_and(|finding| finding.risk == "MINIMUM_AGE_NOT_MET")
        });
        let recent = Date::new(self.today.year() - 15, born.month(), born.day().min(28));
        recent.ok().filter(|_| is_minor).unwrap_or(born)
    }

    /// The status that the workflow gives a finding under `key`; none unless it says so.
    pub fn configured(&self, key: &str) -> StepStatus {
        match self.feature.text(key).as_deref() {
            Some("REVIEW") => StepStatus::InReview,
            Some("DECLINE") => StepStatus::Declined,
            _ => StepStatus::Approved,
        }
    }

    pub fn warn(&mut self, risk: &str, status: StepStatus, additional: &Value) {
        self.status = self.status.max(status);
        let (short, long) = descriptions(risk);
        self.warnings.push(json!({
            "feature": self.feature.kind.tag,
            "risk": risk,
            "additional_data": additional,
            "log_type": status.log_type(),
            "short_description": short,
            "long_description": long,
            "node_id": self.feature.node_id,
        }));
    }

    /// Declines when `value` is on the application's blocklist for `kind`.
    pub fn refuse_blocked(&mut self, kind: &str, value: &str, risk: &str) {
        let entry = blocking::blocked(self.state, self.session.application, kind, value);
        if let Some(entry) = entry {
            let additional = json!({
                "blocklisted_session_id": entry.session_id,
                "blocklisted_session_number": entry.session_number,
                "api_service": null,
            });
            self.warn(risk, StepStatus::Declined, &additional);
            self.marks.push(risk.to_owned());
        }
    }

    /// The form called `name` with what is known of the person, the session and the time, and with `more`. What the marks
    /// change goes over it.
    pub fn filled(&self, name: &str, more: Value) -> Value {
        let values = with(self.words(), more);
        let mut result = filled(name, &values);
        for mark in &self.marks {
            let changed = filled(&format!("{name}/{mark}"), &values);
            lay_over(&mut result, &changed);
        }
        result
    }

    /// What is known of the person, the session and the time, for the forms.
    pub fn words(&self) -> Value {
        let session = self.session;
        let (origin, born) = (&self.state.origin, self.born());
        json!({
            "person": self.person.words(),
            "expected": session.wanted.get("expected_details"),
            "contact": session.wanted.get("contact_details"),
            "born": born.to_string(),
            "age": age(born, self.today),
            "now": micros(self.now),
            "origin": origin,
            // Where pictures of this session can be fetched while the session exists.
            "media": format!("{origin}/media/{}/", session.id),
            "expires": format!("?expires={}", later(self.now, 3600).as_second()),
            "node_id": self.feature.node_id,
            "status": self.status,
            "new_uuid": Uuid::new_v4(),
        })
    }
}
