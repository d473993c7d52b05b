//! Why a decision is as it is: warnings in plain words.

use serde::Serialize;

use crate::{
    didit::{Decision, Warning},
    tools::{
        advice::plain_words,
        person::field_of,
        plain,
        verdict::{self, counts},
    },
};

/// Why a check did not simply pass.
#[derive(Serialize)]
pub(in crate::tools) struct Reason {
    pub(in crate::tools) check: String,
    pub(in crate::tools) risk: String,
    pub(in crate::tools) log_type: &'static str,
    pub(in crate::tools) meaning: String,
}

/// Every warning with the name of its check.
fn warnings_of(decision: &Decision) -> Vec<(String, &Warning)> {
    let steps = decision.steps();
    let names = verdict::names_of(&steps);
    let of_checks = steps.iter().zip(names).flat_map(|(step, name)| {
        step.warnings
            .iter()
            .map(move |warning| (name.clone(), warning))
    });
    let of_session = decision
        .warnings
        .iter()
        .map(|warning| ("session".to_owned(), warning));
    of_checks.chain(of_session).collect()
}

pub(super) fn all_warnings(decision: &Decision) -> impl Iterator<Item = &Warning> {
    warnings_of(decision)
        .into_iter()
        .map(|(_, warning)| warning)
}

/// Whether a warning is shown as a reason: it changed the result, or should change what is done.
pub(super) fn is_reason(warning: &Warning) -> bool {
    let risk = warning.risk.as_deref().unwrap_or_default();
    counts(warning) || field_of(risk).is_some() || risk.ends_with("_IN_BLOCKLIST")
}

/// The warnings that changed nothing, each with the name of its check.
pub(super) fn notes(decision: &Decision) -> impl Iterator<Item = (String, &Warning)> {
    warnings_of(decision)
        .into_iter()
        .filter(|(_, warning)| !is_reason(warning))
}

pub(in crate::tools) fn reasons(decision: &Decision) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = warnings_of(decision)
        .into_iter()
        .filter(|(_, warning)| is_reason(warning))
        .map(|(check, warning)| Reason {
            check,
            risk: plain::code(warning.risk.as_deref()),
            log_type: log_type(warning),
            meaning: describe(warning),
        })
        .collect();
    reasons.sort_by_key(|reason| match reason.log_type {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    });
    reasons
}

/// What a warning says, where its code is known. Didit's own words for newer ones are shown apart.
pub(super) fn describe(warning: &Warning) -> String {
    let risk = warning.risk.as_deref();
    if risk == Some("CUSTOM_STATUS_RULE_TRIGGERED") {
        return rule(warning);
    }
    risk.and_then(plain_words)
        .unwrap_or("a newer kind of warning, for which this program has no words")
        .to_owned()
}

/// A rule of the workflow, by the field that it is about. The values in it may be the person's.
fn rule(warning: &Warning) -> String {
    let data = warning.additional_data.as_ref();
    let word = |key: &str| {
        let text = data?.get(key)?.as_str()?;
        // Fields and operators are words and dots, which leave no room for a link or an address.
        text.split('.').all(plain::is_word).then(|| text.to_owned())
    };
    match (word("field"), word("operator")) {
        (Some(field), Some(operator)) => format!(
            "a rule of the workflow applies: {field} {}",
            operator.replace('_', " ")
        ),
        _ => "a rule of the workflow applies".to_owned(),
    }
}

/// Didit's own words for a warning that this version does not know, with a label.
pub(super) fn own_words(warning: &Warning) -> (String, Option<&str>) {
    let is_known = warning.risk.as_deref().and_then(plain_words).is_some();
    let label = format!("Didit on {}", plain::code(warning.risk.as_deref()));
    let words = warning.short_description.as_deref();
    (label, words.filter(|_| !is_known))
}

fn log_type(warning: &Warning) -> &'static str {
    match warning.log_type.as_deref() {
        Some("error") => "error",
        Some("warning") => "warning",
        Some("information") => "information",
        _ => "unknown",
    }
}

pub(super) fn weight(log_type: &str) -> &str {
    match log_type {
        "error" => "declines",
        "warning" => "needs review",
        "information" => "noted, without consequences in this workflow",
        _ => "of unknown weight",
    }
}
