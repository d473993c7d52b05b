//! What a human reads before something is blocked or unblocked, and what is said when only part of it was done.

use super::{EntryType, names, target::Target};
use crate::{
    didit::Decision,
    tools::{
        change::{Line, Setting},
        error::{ErrorCode, ToolError},
        person::PersonFacts,
        personal::Class,
        subject,
    },
};

/// What is done, with the name of the person whose session is meant.
pub(super) fn action(verb: &str, target: &Target, facts: Option<&PersonFacts>) -> Line {
    let line = Line::new(verb);
    match (target, facts) {
        (Target::Session { .. }, Some(facts)) => line
            .words(format!("the {} of ", names(&target.kinds()).join(" and ")))
            .then(subject::name(facts))
            .words("."),
        (Target::Session { .. }, None) => line.words(format!("{}.", target.describe())),
        (Target::Value { kind, value }, _) => line
            .words(format!("the {} ", kind.name()))
            .sent(&**value)
            .words("."),
    }
}

pub(super) fn whose(target: &Target, session: Option<&Decision>) -> Line {
    match (target, session) {
        (Target::Session { session: id, .. }, Some(decision)) => subject::line(id, decision),
        _ => Line::default(),
    }
}

/// The values of a kind that a session holds.
pub(super) fn values(session: &Decision, kind: EntryType) -> Vec<(Class, &str)> {
    match kind {
        EntryType::Document => session
            .id_verifications
            .iter()
            .filter_map(|document| document.document_number.as_deref())
            .map(|number| (Class::Number, number))
            .collect(),
        EntryType::Phone => session
            .phone_verifications
            .iter()
            .filter_map(|phone| phone.full_number.as_deref())
            .map(|number| (Class::Number, number))
            .collect(),
        EntryType::Email => session
            .email_verifications
            .iter()
            .filter_map(|email| email.email.as_deref())
            .map(|address| (Class::Email, address))
            .collect(),
        _ => Vec::new(),
    }
}

/// What the session holds of each kind, for the human who must agree.
pub(super) fn held(target: &Target, session: Option<&Decision>) -> Vec<Setting> {
    let Some(session) = session else {
        return Vec::new();
    };
    target
        .kinds()
        .into_iter()
        .filter_map(|kind| {
            let values = values(session, kind);
            let line = values.iter().fold(Line::default(), |line, (class, value)| {
                let line = if line.is_empty() {
                    line
                } else {
                    line.words(", ")
                };
                line.personal(*class, *value)
            });
            (!line.is_empty()).then(|| Setting::new(format!("The {}", kind.name()), line, None))
        })
        .collect()
}

/// Whom a block would hit besides, and who may be a victim.
pub(super) fn bystanders(target: &Target, session: &Decision, facts: &PersonFacts) -> Vec<Line> {
    let kinds = target.kinds();
    let is_meant = |seen: &str| {
        kinds.iter().any(|kind| match kind {
            EntryType::Phone => seen == "phone number",
            EntryType::Email => seen == "e-mail address",
            other => seen == other.name(),
        })
    };
    let mut warnings: Vec<Line> = facts
        .duplicates
        .iter()
        .filter(|other| is_meant(&other.kind) && other.status.as_deref() == Some("Approved"))
        .map(|other| {
            Line::new("Somebody who is approved would be declined next time. ").then(other.line())
        })
        .collect();
    let is_attack = session
        .steps()
        .iter()
        .flat_map(|step| step.warnings)
        .any(|warning| warning.risk.as_deref() == Some("LIVENESS_FACE_ATTACK"));
    if is_attack && kinds.contains(&EntryType::Document) {
        warnings.push(Line::new(
            "The selfie looked like an attack, so the document's owner may be the victim, \
             and would be blocked.",
        ));
    }
    warnings
}

/// An entry that failed after others went through: those must be named, or the caller believes that nothing happened.
pub(super) fn part_done(
    error: ToolError,
    verb: &str,
    kind: EntryType,
    done: &[EntryType],
) -> ToolError {
    if done.is_empty() {
        return error;
    }
    ToolError {
        code: if error.leaves_open() {
            error.code
        } else {
            ErrorCode::DoneInPart
        },
        message: format!(
            "Already {verb}ed: {}. To {verb} the {} failed: {}",
            names(done).join(", "),
            kind.name(),
            error.message
        ),
        ..error
    }
    .with_hint("didit_blocklist_list", "shows what is blocked now.")
}
