//! A session's result in plain terms: verdict, checks, reasons, what to do next.

mod data;
mod detail;
mod reasons;
mod untrusted_values;
mod view;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::which::Which;
use crate::{
    didit::{Decision, NextActor, SessionStatus},
    tools::{
        Context, Tool, ToolOutput, Toolset, advice,
        environment::Environment,
        error::{NotDone, ToolError},
        files,
        input::Combined,
        limits,
        person::PersonFacts,
        personal::{Class, Outlet, PersonalData},
        plain, shape,
        untrusted::clean_link,
        verdict,
    },
};
use data::data;
use reasons::notes;
pub(in crate::tools) use reasons::{Reason, reasons_of};
use untrusted_values::with_untrusted_values;
use view::{MAX_DUPLICATES, View, elsewhere_line, shown_without_result, values};

/// Didit's whole answer.
const RAW_FILE: files::Kind = files::Kind {
    field: "raw_file",
    extension: ".json",
};

pub(super) fn tool() -> Tool {
    Tool::read("didit_session_get_decision", Toolset::Sessions)
        .title("Get the decision")
        .description(
            "Reads where a session stands: verdict, checks that ran, reasons, and what to do \
             next.",
        )
        .example(|world| json!({ "session_id": world.session_id }))
        .search_words("identity verification result, did the customer or applicant pass, KYC status, why declined, passport check, liveness, face match, AML, sanctions, PEP, background check, reasons")
        .aliases(&[("id", "session_id")])
        .run(get)
}

/// Said where Didit tells no link although it is the person's turn.
const NO_LINK: &str = " The link is not shown, because this key may not see links.";

/// The arguments of a look at a session.
#[derive(Deserialize, JsonSchema)]
struct DecisionInput {
    #[serde(default)]
    detail: Detail,
    /// Also save Didit's whole answer, all personal data included, as this file (*.json).
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
async fn get(
    context: Context,
    Combined(which, input): Combined<Which, DecisionInput>,
) -> Result<ToolOutput, NotDone> {
    let level = context.connection.settings().personal_data;
    if let Some(name) = &input.raw_file {
        if !level.allows(Outlet::File, Class::Everything) {
            return Err(ToolError::invalid(
                "raw_file",
                "Didit's whole answer holds personal data, and the operator lets none out \
                 (personal data level none), so it is not saved to a file either.",
            )
            .with_advice(
                "the call without `raw_file` works; the operator can choose --pii minimal.",
            )
            .into());
        }
        files::free_name(&context.connection.settings().output_dir, name, RAW_FILE)?;
    }
    let (id, others) = which.find(&context).await?;
    let decision = context.client()?.decision(&id).await?;
    let mut answer = others.add(explain(&context, &decision).await);
    if input.detail == Detail::Detailed {
        answer = detail::add(answer, &decision, level);
    }
    if let Some(name) = input.raw_file {
        let folder = &context.connection.settings().output_dir;
        let path = files::write_new(folder, &name, decision.raw.into_bytes(), RAW_FILE).await?;
        answer.text.push_str(&format!(
            "\nSaved Didit's whole answer, with all personal data, to {}.",
            path.display()
        ));
    }
    Ok(answer)
}

/// The result as most callers need it. The person's own data are limited to what a verdict needs (name,
/// birth date, document type and country), or left out by the operator's choice.
pub(super) async fn explain(context: &Context, decision: &Decision) -> ToolOutput {
    explain_at(
        context,
        decision,
        context.connection.settings().personal_data,
    )
    .await
}

/// The same with no more of the person than this level lets out.
pub(in crate::tools) async fn explain_at(
    context: &Context,
    decision: &Decision,
    level: PersonalData,
) -> ToolOutput {
    let connection = &context.connection;
    let view = View {
        level,
        environment: connection.environment_of(decision.environment.as_deref()),
        limits: limits::of(context, decision).await,
    };
    concise(decision, &view)
}

/// The explanation itself.
fn concise(decision: &Decision, view: &View) -> ToolOutput {
    let facts = PersonFacts::of(decision);
    let mut verdict = verdict::of(decision, &facts);
    let reasons = reasons_of(decision, &view.limits, view.level);
    let is_for_the_person = decision.status.turn() == NextActor::Person;
    let link = decision
        .session_url
        .as_deref()
        .filter(|_| is_for_the_person)
        .map(clean_link);
    // A link that was there and could not be used is told among the oddities.
    if is_for_the_person && link.is_none() && decision.oddities.is_empty() {
        verdict.advice.push_str(NO_LINK);
    }
    let mut text = verdict.line.clone();
    text.push_str(&compared(&facts, view.level));
    text.push_str(&heading(decision, view.environment));
    text.push_str(&checks(decision, view));
    for reason in &reasons {
        if text.lines().all(|line| line != "Reasons:") {
            text.push_str("\nReasons:");
        }
        text.push_str(&reason.line());
    }
    text.push_str(&elsewhere(&facts));
    let notes = notes(decision).count();
    if notes > 0 {
        text.push_str(&format!(
            "\nDidit also notes {notes} without consequences in this workflow \
             (detail: detailed shows them)."
        ));
    }
    let odd = odd(decision);
    if !odd.is_empty() {
        text.push_str(&format!("\nOdd in Didit's answer: {}.", odd.join("; ")));
    }
    text.push_str(&format!("\nWhat to do: {}", verdict.advice));
    if let Some(link) = &link {
        text.push_str(&format!("\nLink for the person: {link}"));
    }
    let answer = ToolOutput::new(text)
        .with_data(&data(decision, view, &facts, &verdict, reasons, link, odd));
    let answer = with_untrusted_values(answer, decision, &facts, view.level);
    let answer = if verdict.needs_a_look && decision.status == SessionStatus::Approved {
        advice::with_second_look(answer)
    } else {
        answer
    };
    let answer = advice::with_next_steps(answer, &decision.status);
    if verdict.may_be_fraud {
        advice::with_block(answer)
    } else {
        answer
    }
}

fn heading(decision: &Decision, environment: Environment) -> String {
    let mut text = String::new();
    if let Some(id) = decision.session_id {
        text.push_str(&format!("\nSession: {id}"));
    }
    if let Some(number) = decision.session_number {
        text.push_str(&format!(" (#{number})"));
    }
    text.push_str(&format!(
        ", status {}, {}",
        plain::status(&decision.status),
        environment.words()
    ));
    let vendor_data = decision.vendor_data.as_deref();
    if let Some(vendor_data) =
        vendor_data.filter(|vendor_data| shape::is_safe_unfenced(vendor_data))
    {
        text.push_str(&format!(", vendor_data {vendor_data}"));
    }
    text
}

/// What a human has to compare, with the values whose shape leaves no room for a sentence; all others are fenced.
fn compared(facts: &PersonFacts, level: PersonalData) -> String {
    let mut text = String::new();
    if !facts.unsure.is_empty() {
        text.push_str(&format!(
            "\nCompare by eye, not surely the same: {}.",
            verdict::places(&facts.unsure)
        ));
    }
    if !facts.matching.is_empty() {
        let matching = verdict::listed(&facts.matching);
        text.push_str(&format!("\nAs expected: {matching}."));
    }
    for field in facts.mismatches.iter().chain(&facts.unsure) {
        let place = field.place();
        if let [Some(expected), Some(found)] = values(field, level) {
            text.push_str(&format!("\n- {place}: expected {expected}, found {found}"));
        } else if !level.allows(Outlet::Conversation, field.class) {
            text.push_str(&format!(
                "\n- {place}: not shown at personal-data level {}",
                level.name()
            ));
        }
    }
    text
}

fn checks(decision: &Decision, view: &View) -> String {
    let steps = decision.steps();
    let mut text = if steps.is_empty() {
        "\nChecks: none has run yet.".to_owned()
    } else {
        "\nChecks:".to_owned()
    };
    // The documents are the first of all checks.
    let mut documents = decision.id_verifications.iter();
    for ((step, name), score) in steps
        .iter()
        .zip(verdict::names_of(&steps))
        .zip(&view.limits.scores)
    {
        let status = plain::check_status(step);
        text.push_str(&format!("\n- {name}: {status}"));
        if let Some(way) = documents.next().and_then(verdict::manner) {
            text.push_str(&format!(" ({})", way.meaning));
        }
        if let Some(score) = score.as_ref().filter(|_| status != "Approved") {
            text.push_str(&format!(", score {}", score.words(&status)));
        }
    }
    let missing = shown_without_result(decision);
    if !missing.is_empty() {
        text.push_str(&format!("\nNo result: {}.", missing.join(", ")));
    }
    text
}

fn elsewhere(facts: &PersonFacts) -> String {
    let mut text = String::new();
    for duplicate in facts.duplicates.iter().take(MAX_DUPLICATES) {
        if text.is_empty() {
            text.push_str("\nSeen elsewhere:");
        }
        text.push_str(&elsewhere_line(duplicate));
    }
    let more = facts.duplicates.len().saturating_sub(MAX_DUPLICATES);
    if more > 0 {
        text.push_str(&format!("\n- and {more} more (detail: detailed)."));
    }
    text
}

/// Parts of the answer that should be lists of checks and are something else.
fn odd(decision: &Decision) -> Vec<String> {
    let lists = decision.unreadable_lists();
    lists
        .into_iter()
        .map(|list| format!("{list} cannot be read"))
        .collect()
}
