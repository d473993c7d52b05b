//! A session's result in plain terms: verdict, checks, reasons, what to do next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Context, PersonalData,
    advice::{self, meaning, plain_words},
    detail,
    error::{Stop, ToolError},
    files,
    untrusted::{clean, clean_link},
};
use crate::didit::{Decision, SessionId, SessionStatus, Step, Warning};

/// The arguments of a look at a session.
#[derive(Deserialize, JsonSchema)]
pub(super) struct DecisionInput {
    /// Session UUID.
    session_id: String,
    #[serde(default)]
    detail: Detail,
    /// Also save Didit's whole answer, with all personal data, under this name in the output folder.
    raw_file: Option<String>,
}

/// How much to show.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Detail {
    /// Verdict, checks and reasons.
    #[default]
    Concise,
    /// All findings, with numbers masked.
    Detailed,
}

/// Reads a session and explains it.
pub(super) async fn get(context: &Context, input: DecisionInput) -> Result<Answer, Stop> {
    let id: SessionId = input.session_id.parse()?;
    let level = context.connection.settings().personal_data;
    if let Some(name) = &input.raw_file {
        if level == PersonalData::None {
            return Err(ToolError::invalid(
                "raw_file",
                "Didit's whole answer holds personal data, and the operator lets none out (personal data level none), so it \
                 is not saved to a file either.",
            )
            .with_advice("the call without `raw_file` works; the operator can choose --pii minimal.")
            .into());
        }
        files::free_name(&context.connection.settings().output_dir, name, "raw_file")?;
    }
    let decision = context.client()?.decision(&id).await?;
    let mut answer = concise(&decision, level);
    if input.detail == Detail::Detailed {
        answer = detail::add(answer, &decision, level);
    }
    if let Some(name) = input.raw_file {
        let folder = &context.connection.settings().output_dir;
        let path = files::write_new(folder, &name, decision.raw.as_bytes(), "raw_file")?;
        answer.text.push_str(&format!(
            "\nSaved Didit's whole answer, with all personal data, to {}.",
            path.display()
        ));
    }
    Ok(answer)
}

#[derive(Serialize)]
struct DecisionData {
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_number: Option<i64>,
    status: String,
    is_final: bool,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_url: Option<String>,
    /// Whether a human can approve, decline or ask again now.
    can_be_decided: bool,
    checks: Vec<CheckData>,
    reasons: Vec<Reason>,
    /// What was decided by hand, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reviews: Vec<ReviewData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct CheckData {
    feature: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    node_id: Option<String>,
    status: String,
    /// How sure the check is, from 0 to 100, where it gives a score.
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
}

/// A status that a human set. Who did and why are left to the detailed answer.
#[derive(Serialize)]
struct ReviewData {
    new_status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

/// Why a check did not simply pass.
#[derive(Serialize)]
struct Reason {
    check: &'static str,
    risk: String,
    log_type: String,
    meaning: String,
}

/// The result as most callers need it. The person's own data are limited to what a verdict needs (name,
/// birth date, document type and country), or left out by the operator's choice.
pub(super) fn concise(decision: &Decision, level: PersonalData) -> Answer {
    let meaning = meaning(&decision.status);
    let steps = decision.steps();
    let mut text = heading(decision, meaning.verdict);
    if steps.is_empty() {
        text.push_str("\nChecks: none has run yet.");
    } else {
        text.push_str("\nChecks:");
        for step in &steps {
            text.push_str(&format!(
                "\n- {}: {}",
                plain_name(step.feature),
                status_of(step)
            ));
        }
    }
    let reasons = reasons(&steps);
    if !reasons.is_empty() {
        text.push_str("\nReasons:");
        for reason in &reasons {
            text.push_str(&format!(
                "\n- {} ({}): {} [{}]",
                reason.check,
                weight(&reason.log_type),
                reason.meaning,
                reason.risk
            ));
        }
    }
    let notes = steps
        .iter()
        .flat_map(|step| step.warnings)
        .filter(|warning| !counts(warning))
        .count();
    if notes > 0 {
        text.push_str(&format!(
            "\nNotes without effect: {notes} (detail: detailed shows them)."
        ));
    }
    let by_hand = decision
        .reviews
        .last()
        .is_some_and(|review| review.new_status.as_deref() == Some(decision.status.as_str()));
    if by_hand {
        text.push_str("\nDecided by hand: a reviewer set this status, whatever the checks say.");
    }
    text.push_str(&format!("\nWhat to do: {}", meaning.advice));
    let link = decision
        .session_url
        .as_deref()
        .filter(|_| is_open(&decision.status))
        .map(clean_link);
    if let Some(link) = &link {
        text.push_str(&format!("\nLink for the person: {link}"));
    }
    let answer = Answer::new(text).with_data(&DecisionData {
        session_id: decision.session_id.map(|id| id.to_string()),
        session_number: decision.session_number,
        status: clean(decision.status.as_str()),
        is_final: decision.status.is_final(),
        verdict: meaning.verdict,
        workflow_id: decision.workflow_id.map(|id| id.to_string()),
        vendor_data: decision.vendor_data.as_deref().map(clean),
        environment: decision.environment.as_deref().map(clean),
        can_be_decided: decision.status.can_be_updated(),
        session_url: link,
        checks: steps
            .iter()
            .map(|step| CheckData {
                feature: clean(step.feature),
                node_id: step.node_id.map(clean),
                status: status_of(step),
                score: score_of(decision, step),
            })
            .collect(),
        reasons,
        reviews: decision
            .reviews
            .iter()
            .filter_map(|review| {
                Some(ReviewData {
                    new_status: clean(review.new_status.as_deref()?),
                    created_at: review.created_at.as_deref().map(clean),
                })
            })
            .collect(),
        created_at: decision.created_at.as_deref().map(clean),
        expires_at: decision.expires_at.as_deref().map(clean),
    });
    let answer = with_person(answer, decision, level);
    advice::with_next_steps(answer, &decision.status)
}

fn heading(decision: &Decision, verdict: &str) -> String {
    let mut text = verdict.to_owned();
    if let Some(id) = decision.session_id {
        text.push_str(&format!("\nSession: {id}"));
    }
    if let Some(number) = decision.session_number {
        text.push_str(&format!(" (#{number})"));
    }
    text.push_str(&format!(", status {}", clean(decision.status.as_str())));
    if let Some(environment) = &decision.environment {
        text.push_str(&format!(", {}", clean(environment)));
    }
    if let Some(vendor_data) = &decision.vendor_data {
        text.push_str(&format!(", vendor_data {}", clean(vendor_data)));
    }
    text
}

fn with_person(answer: Answer, decision: &Decision, level: PersonalData) -> Answer {
    if level == PersonalData::None {
        return answer;
    }
    let answer = match decision.id_verifications.first() {
        Some(document) => answer
            .with_untrusted("Name", name(document).as_deref())
            .with_untrusted("Birth date", document.date_of_birth.as_deref())
            .with_untrusted("Document type", document.document_type.as_deref())
            .with_untrusted("Document country", document.issuing_state.as_deref()),
        None => answer,
    };
    let company = decision
        .registry_checks
        .first()
        .and_then(|check| check.company.as_ref());
    let answer = answer
        .with_untrusted(
            "Company",
            company.and_then(|company| company.company_name.as_deref()),
        )
        .with_untrusted(
            "Company country",
            company.and_then(|company| company.country_code.as_deref()),
        );
    match decision.reviews.last() {
        Some(review) => answer.with_untrusted("Last review comment", review.comment.as_deref()),
        None => answer,
    }
}

/// The person's name, for the human who decides, unless the operator keeps it out of conversations.
pub(super) fn person(context: &Context, decision: &Decision) -> Option<String> {
    if context.connection.settings().personal_data == PersonalData::None {
        return None;
    }
    decision.id_verifications.first().and_then(name)
}

fn name(document: &crate::didit::decision::IdVerification) -> Option<String> {
    document.full_name.clone().or_else(|| {
        let parts: Vec<_> = [&document.first_name, &document.last_name]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

fn reasons(steps: &[Step<'_>]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = steps
        .iter()
        .flat_map(|step| step.warnings.iter().map(move |warning| (step, warning)))
        .filter(|(_, warning)| counts(warning))
        .map(|(step, warning)| Reason {
            check: plain_name(step.feature),
            risk: clean(warning.risk.as_deref().unwrap_or("unnamed")),
            log_type: clean(warning.log_type.as_deref().unwrap_or_default()),
            meaning: describe(warning),
        })
        .collect();
    reasons.sort_by_key(|reason| reason.log_type != "error");
    reasons
}

/// What a warning says: our words where the code is known, Didit's short ones where it is newer.
pub(super) fn describe(warning: &Warning) -> String {
    warning
        .risk
        .as_deref()
        .and_then(plain_words)
        .map(str::to_owned)
        .or_else(|| warning.short_description.as_deref().map(clean))
        .unwrap_or_else(|| "no description".to_owned())
}

/// Whether a warning changed the result; `information` ones did not.
pub(super) fn counts(warning: &Warning) -> bool {
    warning.log_type.as_deref() != Some("information")
}

fn weight(log_type: &str) -> &str {
    match log_type {
        "error" => "declines",
        "warning" => "needs review",
        other => other,
    }
}

fn is_open(status: &SessionStatus) -> bool {
    matches!(
        status,
        SessionStatus::NotStarted
            | SessionStatus::InProgress
            | SessionStatus::Resubmitted
            | SessionStatus::AwaitingUser
    )
}

fn status_of(step: &Step<'_>) -> String {
    step.status.map_or_else(|| "Not Finished".to_owned(), clean)
}

/// The score of a check that has one, by its step.
fn score_of(decision: &Decision, step: &Step<'_>) -> Option<f64> {
    let score = match step.feature {
        "LIVENESS" => {
            decision
                .liveness_checks
                .iter()
                .find(|check| check.node_id.as_deref() == step.node_id)?
                .score
        }
        "FACE_MATCH" => {
            decision
                .face_matches
                .iter()
                .find(|check| check.node_id.as_deref() == step.node_id)?
                .score
        }
        _ => None,
    };
    score.filter(|score| score.is_finite())
}

/// A step in the words of people.
pub(super) fn plain_name(feature: &str) -> &'static str {
    match feature {
        "OCR" => "document",
        "NFC" => "chip",
        "LIVENESS" => "liveness",
        "FACE_MATCH" => "face match",
        "AGE_ESTIMATION" => "age",
        "PROOF_OF_ADDRESS" => "address",
        "DOCUMENT_AI" => "other documents",
        "QUESTIONNAIRE" => "questionnaire",
        "PHONE_VERIFICATION" => "phone",
        "EMAIL_VERIFICATION" => "email",
        "DATABASE_VALIDATION" => "database",
        "AML" => "watch lists (AML)",
        "IP_ANALYSIS" => "network and device",
        "KYB_REGISTRY" => "company register",
        "KYB_DOCUMENTS" => "company documents",
        "KYB_KEY_PEOPLE" => "key people",
        _ => "another check",
    }
}
