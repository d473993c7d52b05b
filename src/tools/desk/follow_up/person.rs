//! One person who has not finished: where they stopped, and what can be done.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    didit::{
        ContactDetails, Decision, ExpectedDetails, NextActor, SessionReference, SessionRequest,
        SessionStatus, features::Feature, values::Language,
    },
    tools::{
        Context,
        paging::Row,
        person::PersonFacts,
        personal::{Class, Outlet},
        plain,
        untrusted::{clean_link, mark_untrusted, mark_untrusted_link},
    },
};

/// What is done for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Didit is asked to write, about a new link or the one there is.
    Mail { is_new: bool },
    /// A new link is made, to be handed over by hand.
    NewLink,
    /// The link there is still works, and is handed over by hand.
    HandOver,
    /// Nothing can be made here.
    ByHandAlone,
}

impl Step {
    /// Whether a request is made for it.
    pub(super) fn sends(self) -> bool {
        matches!(self, Self::Mail { .. } | Self::NewLink)
    }

    /// The plan in words, without the address.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Mail { is_new: true } => "new link by Didit's mail",
            Self::Mail { is_new: false } => {
                "Didit asked to mail about the open link, or about a new one if the workflow was published anew"
            }
            Self::NewLink => "new link to hand over, as no e-mail address is known",
            Self::HandOver => "hand over the link, which still works; no e-mail address is known",
            Self::ByHandAlone => {
                "didit_session_create makes a new link; this session cannot be repeated by itself"
            }
        }
    }
}

/// Somebody who has not finished.
pub(super) struct Person {
    pub(super) row: SessionReference,
    pub(super) age: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) language: Option<String>,
    pub(super) link: Option<String>,
    pub(super) step: Step,
    /// What is sent, where something is.
    pub(super) request: Option<SessionRequest>,
}

impl Person {
    /// What can be done for the person of a session.
    pub(super) fn of(row: SessionReference, age: String, decision: Option<&Decision>) -> Self {
        let is_open = row.status.turn() == NextActor::Person;
        let mut person = Self {
            name: None,
            email: None,
            language: None,
            link: None,
            step: Step::ByHandAlone,
            request: None,
            row,
            age,
        };
        let Some(decision) = decision else {
            return person;
        };
        let contact = |key: &str| {
            let text = decision.contact_details.as_ref()?.get(key)?.as_str()?;
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let verified = || {
            let checks = decision.email_verifications.iter();
            // An address that was typed and not proven may be anybody's.
            let mut proven = checks.filter(|check| check.status.as_deref() == Some("Approved"));
            proven.find_map(|check| check.email.clone())
        };
        person.name = PersonFacts::of(decision).name;
        person.email = verified().or_else(|| contact("email"));
        person.language =
            contact("email_lang").or_else(|| language_of(decision.session_url.as_deref()));
        person.link = decision.session_url.clone().filter(|_| is_open);
        person.request = request(decision, &person);
        person.step = match (&person.request, &person.email, is_open, &person.link) {
            (Some(_), Some(_), is_open, _) => Step::Mail { is_new: !is_open },
            (Some(_), None, false, _) => Step::NewLink,
            (_, _, true, Some(_)) => Step::HandOver,
            _ => Step::ByHandAlone,
        };
        if !person.step.sends() {
            person.request = None;
        }
        person
    }

    /// Where the person stopped.
    fn stopped(&self) -> Option<&'static str> {
        if self.row.status == SessionStatus::NotStarted || self.row.status == SessionStatus::Expired
        {
            return None;
        }
        let open = self.row.features.iter().find(|state| {
            matches!(
                state.status.as_deref(),
                None | Some("Not Finished" | "Resub Requested")
            )
        })?;
        let known = Feature::find(open.feature.as_deref()?)?;
        Some(known.facts().plain_name)
    }

    /// The person as a row, with the plan or with what came of it.
    pub(super) fn shown(&self, context: &Context, plan: &str, link: Option<&str>) -> PersonRow {
        let level = context.connection.settings().personal_data;
        let release = |class, value: &Option<String>| {
            level.release(Outlet::Conversation, class, value.as_deref()?)
        };
        let is_by_hand = matches!(self.step, Step::HandOver | Step::Mail { is_new: false });
        PersonRow {
            session_number: self.row.session_number,
            session_id: self.row.session_id.map(|id| id.to_string()),
            status: plain::status(&self.row.status),
            stopped_at: self.stopped(),
            age: self.age.clone(),
            vendor_data: self.row.vendor_data.clone(),
            name: release(Class::Identity, &self.name),
            email: release(Class::Email, &self.email),
            language: self.language.clone(),
            plan: plan.to_owned(),
            url: link
                .or(self.link.as_deref().filter(|_| is_by_hand))
                .map(clean_link),
        }
    }
}

/// The request that makes the same session again, or returns it: with everything that the first one was made with, because a
/// new session that expects nothing would let anybody pass. `None` where something of it cannot be sent, or where Didit could
/// not tell whose it is.
fn request(decision: &Decision, person: &Person) -> Option<SessionRequest> {
    let language: Option<Language> = person
        .language
        .as_deref()
        .and_then(|language| language.parse().ok());
    let contact = decision.contact_details.as_ref();
    let phone = contact
        .and_then(|contact| contact.get("phone")?.as_str())
        .and_then(|phone| phone.parse().ok());
    let email = match &person.email {
        Some(email) => Some(email.parse().ok()?),
        None => None,
    };
    let has_email = email.is_some();
    let contact_details = ContactDetails {
        email,
        send_notification_emails: has_email.then_some(true),
        email_lang: language.clone().filter(|_| has_email),
        phone,
    };
    let callback = match decision.callback.as_deref().filter(|text| !text.is_empty()) {
        Some(callback) => Some(callback.parse().ok()?),
        None => None,
    };
    let expected_details = match &decision.expected_details {
        Some(expected) => expected_again(expected)?,
        None => None,
    };
    let request = SessionRequest {
        vendor_data: Some(decision.vendor_data.as_deref()?.parse().ok()?),
        callback,
        metadata: decision.metadata.clone(),
        language: language_of(decision.session_url.as_deref()).and_then(|text| text.parse().ok()),
        contact_details: (contact_details != ContactDetails::default()).then_some(contact_details),
        expected_details,
        ..SessionRequest::new(decision.workflow_id?)
    };
    request.validate().ok()?;
    Some(request)
}

/// What was expected, whole: `None` where a part of it would be lost.
fn expected_again(expected: &Map<String, Value>) -> Option<Option<ExpectedDetails>> {
    let held: Map<String, Value> = expected
        .iter()
        .filter(|(_, value)| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            _ => true,
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if held.is_empty() {
        return Some(None);
    }
    let names = held.len();
    let again: ExpectedDetails = serde_json::from_value(Value::Object(held)).ok()?;
    let sent = serde_json::to_value(&again).ok()?;
    (sent.as_object().map(Map::len) == Some(names)).then_some(Some(again))
}

/// The language that a link was made in: its first segment, before `session`.
fn language_of(link: Option<&str>) -> Option<String> {
    let link = url::Url::parse(link?).ok()?;
    let mut segments = link.path_segments()?;
    let first = segments.next()?;
    (segments.next() == Some("session") && first.parse::<Language>().is_ok())
        .then(|| first.to_owned())
}

/// A person in an answer.
#[derive(Serialize)]
pub(super) struct PersonRow {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_at: Option<&'static str>,
    age: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// In our own words alone.
    plan: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl Row for PersonRow {
    fn line(&self) -> String {
        let mut line = self
            .session_number
            .map(|number| format!("#{number} "))
            .unwrap_or_default();
        if let Some(id) = &self.session_id {
            line.push_str(&format!("{id}, "));
        }
        line.push_str(&mark_untrusted(&self.status));
        if let Some(stopped) = self.stopped_at {
            line.push_str(&format!(" at {stopped}"));
        }
        line.push_str(&format!(", {}", self.age));
        for part in [&self.vendor_data, &self.name].into_iter().flatten() {
            line.push_str(&format!(", {}", mark_untrusted(part)));
        }
        line.push_str(&format!(": {}", self.plan));
        for part in [&self.email, &self.language].into_iter().flatten() {
            line.push_str(&format!(", {}", mark_untrusted(part)));
        }
        if let Some(link) = &self.url {
            line.push_str(&format!(", {}", mark_untrusted_link(link)));
        }
        line
    }
}
