//! All sandbox outcomes through one workflow, each in a session of its own: what should come out, and what does.

mod hooks;
mod outcome;
mod row;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::wait;
use crate::{
    didit::{
        Client, Decision, SANDBOX_SCENARIOS, SessionFilter, SessionRequest, Workflow, WorkflowId,
        sessions::SandboxScenario, values::Text,
    },
    tools::{
        Context, Environment, Tool, ToolOutput, Toolset,
        decisions::decisions,
        desk::workflows,
        error::{ErrorCode, NotDone, ToolError},
        paging,
        sessions::input::resolve_workflow,
        untrusted::mark_untrusted,
        workflows as workflow_tools,
    },
};
use hooks::Hooks;
use outcome::{expected, lacks};
use row::{OutcomeRow, Verdict};

/// The tool that rehearses.
pub(in crate::tools) const TOOL: &str = "didit_rehearse";
/// What all sessions of rehearsals begin with.
const PREFIX: &str = "rehearsal-";

pub(super) fn tool() -> Tool {
    Tool::write(TOOL, Toolset::Operations)
        .title("Rehearse a workflow")
        .description(
            "Makes a sandbox session for each simulated outcome, waits until somebody has gone through the links, and compares \
             what came out; sandbox only.",
        )
        .example(|world| {
            json!({ "workflow": world.workflow_id, "outcomes": ["approve"], "max_wait_s": 1 })
        })
        .search_words(
            "test a workflow end to end, acceptance test, dry run before going live, try all scenarios, QA",
        )
        .verify_with(
            "didit_session_list",
            "shows the sessions, whose vendor_data begin with rehearsal-; with the same `rehearsal` the call goes on.",
        )
        .run(rehearse)
}

/// What is rehearsed.
#[derive(Deserialize, JsonSchema)]
struct RehearseInput {
    /// Id or name.
    workflow: Option<String>,
    /// Such as approve or decline_aml_hit; all by default.
    #[schemars(length(max = 24))]
    outcomes: Option<Vec<SandboxScenario>>,
    /// An earlier rehearsal to go on with.
    rehearsal: Option<Text<40>>,
    /// Seconds to wait, 45 by default.
    #[schemars(range(min = 1, max = 600))]
    max_wait_s: Option<u64>,
}

async fn rehearse(context: Context, input: RehearseInput) -> Result<ToolOutput, NotDone> {
    let (rehearsal, goes_on) = match &input.rehearsal {
        Some(name) => (name_of(name)?, true),
        None => (
            jiff::Zoned::now().strftime("%Y%m%d-%H%M%S").to_string(),
            false,
        ),
    };
    let outcomes = match input.outcomes {
        Some(named) if !named.is_empty() => named,
        _ => SANDBOX_SCENARIOS
            .iter()
            .filter_map(|name| name.parse().ok())
            .collect(),
    };
    let client = context.client()?;
    let environment = sandbox(&context)?;
    let (workflow_id, label) = chosen(&context, &client, input.workflow.as_deref()).await?;
    // A key that may not see the workflow can make its sessions all the same.
    let workflow = workflow_tools::find(&context, workflow_id).await.ok();
    let label = workflow
        .as_ref()
        .and_then(|workflow| workflow.workflow_label.clone())
        .or(label)
        .unwrap_or_else(|| workflow_id.to_string());
    let hooks = Hooks::look(&client).await;
    let stage = Stage {
        context: &context,
        client: &client,
        workflow_id,
        workflow: workflow.as_ref(),
        rehearsal: &rehearsal,
        goes_on,
    };
    let mut rows = stage.make(outcomes).await?;
    let is_unknown = goes_on && !rows.iter().any(|row| row.is_resumed);
    let unknown = is_unknown.then(|| {
        format!("No session of a rehearsal \"{rehearsal}\" was there, so all of these are new.")
    });
    stage.watch(&mut rows, wait::of(input.max_wait_s)).await?;
    let webhooks = hooks.since(&client).await;
    // The sessions tell what the key did not.
    let environment = match environment {
        Environment::Unknown => context.connection.environment_of(None),
        known => known,
    };
    Ok(answer(
        &rehearsal,
        &label,
        environment,
        rows,
        webhooks,
        unknown,
    ))
}

/// The name of an earlier rehearsal, with or without what its sessions begin with.
fn name_of(name: &str) -> Result<String, ToolError> {
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if !name.is_empty() && name.chars().all(is_plain) {
        return Ok(name.to_owned());
    }
    Err(ToolError::invalid(
        "rehearsal",
        "`rehearsal` takes the name of an earlier rehearsal: letters, digits and '-'. Nothing was sent.",
    ))
}

/// Refuses what is known to be no sandbox. Where nothing is known, Didit itself takes simulated outcomes in the sandbox alone.
fn sandbox(context: &Context) -> Result<Environment, ToolError> {
    match context.connection.environment_of(None) {
        Environment::Live => Err(live()),
        known => Ok(known),
    }
}

fn live() -> ToolError {
    ToolError::new(
        ErrorCode::NotAllowedNow,
        "A rehearsal needs a sandbox application, and this key is of a live one: outcomes are real there. Nothing was sent.",
    )
    .with_hint(
        "didit_account_login",
        "chooses the account's sandbox application.",
    )
    .with_advice("or the operator sets DIDIT_API_KEY to the key of a sandbox application.")
}

fn made_live() -> ToolError {
    ToolError {
        message: "This key is of a live application, and Didit made sessions there, whose vendor_data begin with rehearsal-. \
                  Nobody has their links; they can be left to expire."
            .to_owned(),
        ..live()
    }
}

async fn chosen(
    context: &Context,
    client: &Client,
    named: Option<&str>,
) -> Result<(WorkflowId, Option<String>), NotDone> {
    let Some(named) = named.filter(|named| !named.trim().is_empty()) else {
        return resolve_workflow(context, None).await;
    };
    if let Ok(id) = named.trim().parse() {
        return Ok((id, None));
    }
    let known = workflows::all(client).await?;
    match workflows::named(&known, named)?.first() {
        Some(id) => Ok((*id, Some(named.trim().to_owned()))),
        None => Err(ToolError::invalid("workflow", "No workflow is named.").into()),
    }
}

/// One rehearsal while it runs.
struct Stage<'a> {
    context: &'a Context,
    client: &'a Client,
    workflow_id: WorkflowId,
    workflow: Option<&'a Workflow>,
    rehearsal: &'a str,
    goes_on: bool,
}

impl Stage<'_> {
    /// A session for each outcome that the workflow can show. When nothing at all could be made, the error is that of the first.
    async fn make(&self, outcomes: Vec<SandboxScenario>) -> Result<Vec<OutcomeRow>, NotDone> {
        let all = outcomes.len();
        let mut rows: Vec<OutcomeRow> = Vec::new();
        let mut made = 0;
        let mut stopped: Option<ErrorCode> = None;
        for outcome in outcomes {
            let row = OutcomeRow::new(&outcome, expected(&outcome));
            if rows.iter().any(|known| known.outcome == row.outcome) {
                continue;
            }
            if let Some(check) = lacks(&outcome, self.workflow) {
                rows.push(OutcomeRow {
                    result: Verdict::NotApplicable,
                    ..row.not_run(format!("the workflow has no {} step", check.name()))
                });
                continue;
            }
            if let Some(code) = stopped {
                rows.push(row.not_run(format!("not begun after {code}")));
                continue;
            }
            match self.session(&outcome).await {
                Ok(row) => {
                    made += 1;
                    rows.push(row);
                }
                Err(error) if made == 0 => {
                    // A refusal may be because people and money are real here, which a key alone does not tell.
                    if error.code == ErrorCode::Refused {
                        self.context.connection.learn_environment(self.client).await;
                        sandbox(self.context)?;
                    }
                    return Err(error.into());
                }
                Err(error) => {
                    // Of a session that may have been made, the same call takes the very one up again.
                    rows.push(row.not_run(format!("its session failed: {}", error.code)));
                    stopped = Some(error.code);
                }
            }
            let message = format!(
                "Rehearsal {}: made {made} of {all} sessions.",
                self.rehearsal
            );
            let progress = &self.context.progress;
            progress.report(rows.len() as f64, all as f64, message);
        }
        Ok(rows)
    }

    /// The session of an outcome: that of the earlier call, or a new one.
    async fn session(&self, outcome: &SandboxScenario) -> Result<OutcomeRow, ToolError> {
        let row = OutcomeRow::new(outcome, expected(outcome));
        let vendor_data: Text = format!("{PREFIX}{}-{}", self.rehearsal, &**outcome)
            .parse()
            .map_err(|error: crate::didit::InvalidValue| ToolError::from(error.at("rehearsal")))?;
        if self.goes_on {
            let filter = SessionFilter {
                vendor_data: Some(vendor_data.clone()),
                ..SessionFilter::default()
            };
            let found = self.client.find_sessions(&filter).await?.items;
            let own = found
                .iter()
                .find(|known| known.vendor_data.as_deref() == Some(&*vendor_data));
            if let Some((id, own)) = own.and_then(|own| Some((own.session_id?, own))) {
                return Ok(OutcomeRow {
                    is_resumed: true,
                    ..row.with_session(id, own.session_number, None)
                });
            }
        }
        let request = SessionRequest {
            vendor_data: Some(vendor_data),
            sandbox_scenario: Some(outcome.clone()),
            ..SessionRequest::new(self.workflow_id)
        };
        let created = self.client.create_session(&request).await;
        let created = created.map_err(|error| {
            let error = ToolError::from(error);
            match error.field.as_deref() {
                Some("sandbox_scenario") => error.with_allowed(SANDBOX_SCENARIOS).with_advice(
                    "simulated outcomes work with the key of a sandbox application only.",
                ),
                _ => error,
            }
        })?;
        Ok(row.with_session(created.session_id, created.session_number, created.url))
    }

    /// Whether the session runs another workflow: an earlier rehearsal of this name was of that one.
    fn is_of_another(&self, decision: &Decision) -> bool {
        let of_this = |id: WorkflowId| {
            let this = self.workflow;
            id == self.workflow_id
                || this.is_some_and(|it| it.workflow_id == Some(id) || it.uuid == id)
        };
        decision.workflow_id.is_some_and(|id| !of_this(id))
    }

    /// Looks at the sessions until all are settled or the time is over; at least once.
    async fn watch(&self, rows: &mut [OutcomeRow], wait: Duration) -> Result<(), NotDone> {
        let end = Instant::now() + wait;
        let pause = self.context.connection.pace().first;
        loop {
            let open: Vec<_> = rows
                .iter()
                .filter(|row| row.result == Verdict::Waiting)
                .filter_map(|row| row.id)
                .collect();
            let seen = decisions(self.context, open).await?;
            let told = seen
                .values()
                .find_map(|decision| decision.as_ref().ok()?.environment.as_deref());
            if self.context.connection.environment_of(told) == Environment::Live {
                return Err(made_live().into());
            }
            for row in rows.iter_mut() {
                let Some(seen) = row.id.and_then(|id| seen.get(&id)) else {
                    continue;
                };
                if seen
                    .as_ref()
                    .is_ok_and(|decision| self.is_of_another(decision))
                {
                    row.spend("its session is of another workflow");
                } else {
                    row.see(seen);
                }
            }
            let waiting = count(rows, Verdict::Waiting);
            if waiting == 0 || Instant::now() + pause > end {
                return Ok(());
            }
            let message = format!(
                "Rehearsal {}: {waiting} links wait for somebody to go through them.",
                self.rehearsal
            );
            let settled = (rows.len() - waiting) as f64;
            let progress = &self.context.progress;
            progress.report(settled, rows.len() as f64, message);
            tokio::time::sleep(pause).await;
        }
    }
}

fn count(rows: &[OutcomeRow], result: Verdict) -> usize {
    rows.iter().filter(|row| row.result == result).count()
}

fn answer(
    rehearsal: &str,
    label: &str,
    environment: Environment,
    rows: Vec<OutcomeRow>,
    webhooks: String,
    unknown: Option<String>,
) -> ToolOutput {
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|result| (result, count(&rows, result)))
        .filter(|(_, count)| *count > 0)
        .map(|(result, count)| format!("{count} {}", result.words()))
        .collect();
    let [pass, fail, waiting] =
        [Verdict::Pass, Verdict::Fail, Verdict::Waiting].map(|result| count(&rows, result));
    let not_run = count(&rows, Verdict::NotRun);
    let spent = rows.iter().filter(|row| row.is_spent).count();
    let mut notes = vec![webhooks];
    notes.extend(unknown);
    if spent > 0 {
        notes.push(format!(
            "Links that are of no use any more: {spent}; the call without `rehearsal` begins anew."
        ));
    }
    if waiting + not_run > spent {
        notes.push(format!(
            "Not complete: the same call with rehearsal \"{rehearsal}\" goes on and makes nothing twice."
        ));
    }
    if fail > 0 {
        notes.push(
            "A fail is a session that this workflow ends otherwise than the outcome is named: a setting may weigh it otherwise."
                .to_owned(),
        );
    }
    let (rows, lines) = paging::fitting(rows);
    let mut text = format!(
        "Rehearsal {rehearsal} of {} ({}): {}.",
        mark_untrusted(label),
        environment.words(),
        counts.join(", ")
    );
    for note in &notes {
        text.push_str(&format!("\n{note}"));
    }
    text.push_str(&lines);
    let answer = ToolOutput::new(text).with_data(&json!({
        "items": rows,
        "rehearsal": rehearsal,
        "workflow": label,
        "environment": environment.name(),
        "pass": pass,
        "fail": fail,
        "waiting": waiting,
        "not_run": not_run,
        "notes": notes,
    }));
    if waiting > 0 {
        answer.with_human_step(
            "somebody opens each link and goes through its steps; the result is simulated whatever is shown.",
        )
    } else {
        answer
    }
}
