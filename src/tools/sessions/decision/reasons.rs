//! Why a decision is as it is: warnings in plain words, with what was measured and the setting that decides.

mod facts;
mod rule;

use serde::Serialize;

use crate::{
    didit::{Decision, Step, Warning},
    tools::{
        PersonalData,
        advice::plain_words,
        limits::{Limits, Score, Setting},
        person::field_of,
        plain,
        verdict::{self, counts},
    },
};
use facts::Facts;
use rule::{RULE, Rule};

/// Why a check did not simply pass.
#[derive(Serialize)]
pub(in crate::tools) struct Reason {
    pub(in crate::tools) check: String,
    pub(in crate::tools) risk: String,
    pub(in crate::tools) log_type: &'static str,
    pub(in crate::tools) meaning: String,
    /// What Didit measured, where the check itself does not show it: scores on 0 to 100, attempts and the like.
    #[serde(skip_serializing_if = "Facts::is_empty")]
    facts: Facts,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<Rule>,
    /// The setting of the workflow that decides what this leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<Setting>,
}

impl Reason {
    pub(super) fn line(&self) -> String {
        let mut line = format!(
            "\n- {} ({}): {} [{}]",
            self.check,
            weight(self.log_type),
            self.meaning,
            self.risk
        );
        if !self.facts.is_empty() {
            line.push_str(&format!("; {}", facts::words(&self.facts)));
        }
        if let Some(setting) = &self.setting {
            line.push_str(&format!("; set by {}", setting.words()));
        }
        line
    }
}

/// A warning with the check that it is about; none has those of the session as a whole.
struct Found<'d> {
    check: String,
    step: Option<Step<'d>>,
    score: Option<&'d Score>,
    warning: &'d Warning,
}

impl Found<'_> {
    fn setting(&self, decision: &Decision, limits: &Limits) -> Option<Setting> {
        let step = self.step.as_ref();
        let setting = limits.setting(decision, step, self.warning)?;
        // Hits may have been declined by something else, and companies are screened by settings of their own.
        let is_by_score = || {
            let status = plain::check_status(step?);
            self.score?.is_beyond(&status)
        };
        (!setting.name.starts_with("aml_") || is_by_score() == Some(true)).then_some(setting)
    }
}

/// Every warning, in the order of the checks.
fn warnings_of<'d>(decision: &'d Decision, scores: &'d [Option<Score>]) -> Vec<Found<'d>> {
    let steps = decision.steps();
    let names = verdict::names_of(&steps);
    let mut all = Vec::new();
    for (place, (step, check)) in steps.into_iter().zip(names).enumerate() {
        let score = scores.get(place).and_then(Option::as_ref);
        all.extend(step.warnings.iter().map(|warning| Found {
            check: check.clone(),
            step: Some(step),
            score,
            warning,
        }));
    }
    all.extend(decision.warnings.iter().map(|warning| Found {
        check: "session".to_owned(),
        step: None,
        score: None,
        warning,
    }));
    all
}

pub(super) fn all_warnings(decision: &Decision) -> impl Iterator<Item = &Warning> {
    warnings_of(decision, &[])
        .into_iter()
        .map(|found| found.warning)
}

/// Whether a warning is shown as a reason: it changed the result, or should change what is done.
pub(super) fn is_reason(warning: &Warning) -> bool {
    let risk = warning.risk.as_deref().unwrap_or_default();
    counts(warning) || field_of(risk).is_some() || risk.ends_with("_IN_BLOCKLIST")
}

/// The warnings that changed nothing, each with the name of its check.
pub(super) fn notes(decision: &Decision) -> impl Iterator<Item = (String, &Warning)> {
    warnings_of(decision, &[])
        .into_iter()
        .filter(|found| !is_reason(found.warning))
        .map(|found| (found.check, found.warning))
}

/// The reasons with what governs each, what weighs most first.
pub(in crate::tools) fn reasons_of(
    decision: &Decision,
    limits: &Limits,
    level: PersonalData,
) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = warnings_of(decision, &limits.scores)
        .into_iter()
        .filter(|found| is_reason(found.warning))
        .map(|found| {
            let warning = found.warning;
            Reason {
                setting: found.setting(decision, limits),
                check: found.check,
                risk: plain::code(warning.risk.as_deref()),
                log_type: log_type(warning),
                meaning: describe(warning, level),
                facts: facts::of(warning, found.score.is_some(), level),
                rule: Rule::of(warning, level),
            }
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
pub(super) fn describe(warning: &Warning, level: PersonalData) -> String {
    if warning.risk.as_deref() == Some(RULE) {
        let rule = Rule::of(warning, level).map(|rule| rule.words());
        return format!("a rule of the workflow applies{}", rule.unwrap_or_default());
    }
    warning
        .risk
        .as_deref()
        .and_then(plain_words)
        .unwrap_or("a newer kind of warning, for which this program has no words")
        .to_owned()
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

fn weight(log_type: &str) -> &str {
    match log_type {
        "error" => "declines",
        "warning" => "needs review",
        "information" => "noted, without consequences in this workflow",
        _ => "of unknown weight",
    }
}
