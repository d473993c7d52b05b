//! One check while it runs: what it looks at, and what it found.

use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};
use uuid::Uuid;

use super::template;
use crate::{
    behaviour::blocking,
    catalog::{
        features::Feature,
        people::Person,
        scenarios::{Finding, Scenario, warning},
        status::StepStatus,
    },
    model::{Session, State},
    values::{age, later, micros, with},
};

pub struct Check<'a> {
    state: &'a State,
    pub session: &'a Session,
    pub feature: &'a Feature,
    pub person: &'static Person,
    scenario: &'static Scenario,
    /// What the scenario wants this feature to find.
    pub finding: Option<&'static Finding>,
    now: Timestamp,
    pub today: Date,
    pub warnings: Vec<Value>,
    /// Of all that was found.
    pub status: StepStatus,
}

impl<'a> Check<'a> {
    /// A check that has found what the scenario wants and nothing else.
    pub fn new(
        state: &'a State,
        session: &'a Session,
        feature: &'a Feature,
        scenario: &'static Scenario,
    ) -> Self {
        let finding = scenario.finding_for(&feature.kind.name, |name| session.has(name));
        let mut check = Self {
            state,
            session,
            feature,
            person: session.person(),
            scenario,
            finding,
            now: state.now(),
            today: state.today(),
            warnings: Vec::new(),
            status: StepStatus::Approved,
        };
        if let Some(finding) = finding {
            check.warn(&finding.risk, finding.status);
        }
        check
    }

    /// Whether the scenario makes this check find `risk`.
    pub fn finds(&self, risk: &str) -> bool {
        self.finding.is_some_and(|finding| finding.risk == risk)
    }

    /// The date of birth on this person's documents; the scenario of a minor makes it recent.
    pub fn born(&self) -> Date {
        let born = self.person.born();
        let finding = |feature: &str| {
            self.scenario
                .finding_for(feature, |name| self.session.has(name))
        };
        let mut found = self
            .session
            .steps
            .iter()
            .filter_map(|step| finding(&step.feature.kind.name));
        if !found.any(|finding| finding.risk == "MINIMUM_AGE_NOT_MET") {
            return born;
        }
        Date::new(self.today.year() - 15, born.month(), born.day().min(28)).unwrap_or(born)
    }

    /// The status that the workflow gives a finding under `key`; none unless it says so.
    pub fn configured(&self, key: &str) -> StepStatus {
        match self.feature.text(key).as_deref() {
            Some("REVIEW") => StepStatus::InReview,
            Some("DECLINE") => StepStatus::Declined,
            _ => StepStatus::Approved,
        }
    }

    /// The number that the workflow gives under `key`.
    pub fn threshold(&self, key: &str, usual: f64) -> f64 {
        self.feature.number(key, usual)
    }

    pub fn warn(&mut self, risk: &str, status: StepStatus) {
        self.warn_about(risk, status, &Value::Null);
    }

    fn warn_about(&mut self, risk: &str, status: StepStatus, additional: &Value) {
        self.status = self.status.max(status);
        let (tag, node_id) = (&self.feature.kind.tag, &self.feature.node_id);
        self.warnings
            .push(warning(tag, risk, status, node_id, additional));
    }

    /// Declines when `value` is on the application's blocklist for `kind`; says whether it is.
    pub fn refuse_blocked(&mut self, kind: &str, value: &str, risk: &str) -> bool {
        let Some(entry) = blocking::blocked(self.state, self.session.application, kind, value)
        else {
            return false;
        };
        let additional = json!({
            "blocklisted_session_id": entry.session_id,
            "blocklisted_session_number": entry.session_number,
            "api_service": null,
        });
        self.warn_about(risk, StepStatus::Declined, &additional);
        true
    }

    /// The form called `name` with what is known of the person, the session and the time, and with `more`.
    pub fn filled(&self, name: &str, more: Value) -> Value {
        let person = self.person;
        let details = json!({
            "full_name": person.full_name(),
            "address": person.address(),
            "formatted_address": person.formatted_address(),
            "device": person.device(),
            "location": { "latitude": person.latitude, "longitude": person.longitude },
        });
        let born = self.born();
        let values = json!({
            "person": with(serde_json::to_value(person).unwrap_or_default(), details),
            "born": born.to_string(),
            "age": age(born, self.today),
            "now": micros(self.now),
            "origin": self.state.origin,
            // Where pictures of this session can be fetched while the session exists.
            "media": format!("{}/media/{}/", self.state.origin, self.session.id),
            "expires": format!("?expires={}", later(self.now, 3600).as_second()),
            "node_id": self.feature.node_id,
            "status": self.status.name(),
            "new_uuid": Uuid::new_v4(),
        });
        template::filled(name, &with(values, more))
    }
}
