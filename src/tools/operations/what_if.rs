//! Who of past sessions would have been decided otherwise under other thresholds. Nothing is changed.

mod judged;
mod thresholds;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::past::{self, Days};
use crate::{
    didit::{Client, Decision, SessionFilter, SessionReference, SessionStatus, WorkflowId},
    tools::{
        Context, Tool, ToolOutput, Toolset,
        decisions::decisions,
        desk::{
            counts::Counter,
            workflows::{self, Known},
        },
        error::{ErrorCode, NotDone, ToolError},
        fields::Fields,
        input::Combined,
        limits::WorkflowLimits,
        paging,
        personal::Class,
        untrusted::mark_untrusted,
        workflows as workflow_tools,
    },
};
use judged::{Judgement, Weight, judge, name_of, status_by_hand};
use thresholds::{Setting, Thresholds};

/// Decisions that are read when the caller names no number.
const DEFAULT_LIMIT: usize = 200;

pub(super) fn tool() -> Tool {
    Tool::read("didit_workflow_what_if", Toolset::Operations)
        .title("Try other thresholds on past sessions")
        .description(
            "Shows who of a workflow's past sessions would have ended otherwise under other thresholds; changes nothing.",
        )
        .example(|world| {
            json!({ "workflow": world.workflow_id, "face_match_score_review_threshold": 80 })
        })
        .search_words(
            "simulate stricter or looser limits, what would happen if, backtest, impact of a threshold change, calibrate",
        )
        .run(what_if)
}

/// Which sessions are looked at.
#[derive(Deserialize, JsonSchema)]
struct Sessions {
    /// Id or name.
    workflow: String,
    /// Most sessions to look at, newest first; 200 by default.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
}

/// What came of all sessions.
#[derive(Default)]
struct Tally {
    judged: u64,
    same: u64,
    changes: BTreeMap<(Weight, Weight), u64>,
    not_judged: BTreeMap<&'static str, u64>,
}

async fn what_if(
    context: Context,
    Combined(wanted, Combined(which, days)): Combined<Thresholds, Combined<Sessions, Days>>,
) -> Result<ToolOutput, NotDone> {
    wanted.check()?;
    let period = days.period()?;
    let client = context.client()?;
    let (ids, name) = workflow(&client, &which.workflow).await?;
    let mut notes = Vec::new();
    let today = match ids.first() {
        Some(id) => workflow_tools::find(&context, *id).await,
        None => return Err(ToolError::invalid("workflow", "No workflow is named.").into()),
    };
    let limits = match today {
        Ok(workflow) => {
            wanted.fit(&workflow)?;
            Some(WorkflowLimits::of_workflow(&workflow))
        }
        Err(NotDone::Error(error)) if error.code == ErrorCode::NotFound => {
            return Err(NotDone::Error(error));
        }
        Err(_) => {
            notes.push("The workflow's settings of today could not be read.".to_owned());
            None
        }
    };
    let of_workflow = past::within(
        &period,
        SessionFilter {
            workflow_id: ids,
            ..SessionFilter::default()
        },
    );
    let ended = SessionFilter {
        status: vec![
            SessionStatus::Approved,
            SessionStatus::Declined,
            SessionStatus::InReview,
            SessionStatus::KycExpired,
        ],
        ..of_workflow.clone()
    };
    let most = which.limit.unwrap_or(DEFAULT_LIMIT);
    let found = past::newest(&client, &ended, most).await?;
    let counter = Counter::new(&client);
    let unfinished = match counter.count(of_workflow).await {
        Ok(all) if !all.is_at_least && found.is_counted() => {
            Some(all.number.saturating_sub(found.total))
        }
        _ => None,
    };
    let mut read = decisions(&context, found.ids()).await?;
    let told = read
        .values()
        .find_map(|decision| decision.as_ref().ok()?.environment.as_deref());
    let environment = context.connection.environment_of(told);
    let level = context.connection.settings().personal_data;
    let mut tally = Tally::default();
    let mut rows = Vec::new();
    for row in &found.rows {
        let decision = row.session_id.and_then(|id| read.remove(&id));
        let decision = match decision {
            Some(Ok(decision)) => decision,
            Some(Err(_)) => {
                tally.leave("its decision could not be read");
                continue;
            }
            None => {
                tally.leave("its decision was not read in time");
                continue;
            }
        };
        match judge(&decision, &wanted, limits.as_ref()) {
            Judgement::Unknown(why) => tally.leave(why.words()),
            Judgement::Same => {
                tally.judged += 1;
                tally.same += 1;
            }
            Judgement::Other { from, to, scores } => {
                tally.judged += 1;
                *tally.changes.entry((from, to)).or_default() += 1;
                let fields = of_session(Fields::new(level), row, &decision);
                let fields = fields
                    .not_personal("from", Some(from.name()))
                    .not_personal("to", Some(to.name()));
                rows.push(scores.iter().fold(fields, |fields, (check, score)| {
                    let name = format!("{}_score", check.name().to_ascii_lowercase());
                    fields.not_personal(&name, Some(*score))
                }));
            }
        }
    }
    notes.extend(found.cut());
    notes.push(
        "Sessions count by what the checks had decided, also where a human decided otherwise; what stays as it was is taken \
         from each session as it ran. Companies are not among them."
            .to_owned(),
    );
    let all = rows.len();
    let (rows, lines) = paging::fitting(rows);
    if rows.len() < all {
        notes.push(format!(
            "{} more would have ended otherwise and are not shown; fewer days show them.",
            all - rows.len()
        ));
    }
    let settings = wanted.settings(limits.as_ref());
    let mut text = format!(
        "With {} in {}, {all} of {} sessions would have ended otherwise ({}). Nothing was changed.\nSessions made {period}.",
        words(&settings),
        mark_untrusted(&name),
        tally.judged,
        environment.words(),
    );
    for ((from, to), count) in &tally.changes {
        text.push_str(&format!("\n{} to {}: {count}", from.name(), to.name()));
    }
    text.push_str(&format!(
        "\nWith such a score: {} (as before: {}).",
        tally.judged, tally.same
    ));
    if !tally.not_judged.is_empty() {
        let parts: Vec<String> = tally
            .not_judged
            .iter()
            .map(|(why, count)| format!("{count} ({why})"))
            .collect();
        text.push_str(&format!(" Not judged: {}.", parts.join(", ")));
    }
    if let Some(unfinished) = unfinished.filter(|count| *count > 0) {
        text.push_str(&format!(" Without a result: {unfinished}."));
    }
    for note in &notes {
        text.push_str(&format!("\n{note}"));
    }
    text.push_str(&lines);
    let changes: Vec<_> = tally
        .changes
        .iter()
        .map(|((from, to), count)| json!({ "from": from.name(), "to": to.name(), "count": count }))
        .collect();
    let not_judged: Vec<_> = tally
        .not_judged
        .iter()
        .map(|(why, count)| json!({ "reason": why, "count": count }))
        .collect();
    let settings: Vec<_> = settings
        .iter()
        .map(|setting| {
            json!({ "setting": setting.name, "tried": setting.wanted, "today": setting.today })
        })
        .collect();
    Ok(ToolOutput::new(text)
        .with_data(&json!({
            "items": rows,
            "workflow": name,
            "from": period.first.to_string(),
            "to": period.last.to_string(),
            "environment": environment.name(),
            "settings": settings,
            "total": found.total,
            "looked_at": found.rows.len(),
            "judged": tally.judged,
            "would_differ": all,
            "changes": changes,
            "not_judged": not_judged,
            "unfinished": unfinished,
            "changed_nothing": true,
            "notes": notes,
        }))
        .with_next(
            "didit_workflow_update",
            "sets such a threshold for later sessions.",
        ))
}

impl Tally {
    fn leave(&mut self, why: &'static str) {
        *self.not_judged.entry(why).or_default() += 1;
    }
}

/// The ids and the name of a workflow. A key that may not list workflows can still name one by its id.
async fn workflow(client: &Client, wanted: &str) -> Result<(Vec<WorkflowId>, String), NotDone> {
    let known: Vec<Known> = match (workflows::all(client).await, wanted.trim().parse()) {
        (Ok(known), _) => known,
        (Err(_), Ok(id)) => return Ok((vec![id], wanted.trim().to_owned())),
        (Err(error), Err(_)) => return Err(error.into()),
    };
    let ids = workflows::named(&known, wanted)?;
    let name = workflows::name_of(&known, ids.first().copied());
    let name = name.unwrap_or_else(|| wanted.trim()).to_owned();
    Ok((ids, name))
}

/// `face_match_score_review_threshold 80 (today 70)`.
fn words(settings: &[Setting]) -> String {
    let parts: Vec<String> = settings
        .iter()
        .map(|setting| {
            let today = match setting.today {
                Some(today) => format!("today {today}"),
                None => "not set today".to_owned(),
            };
            format!("{} {} ({today})", setting.name, setting.wanted)
        })
        .collect();
    parts.join(" and ")
}

/// Which session it is, and of whom.
fn of_session(fields: Fields, row: &SessionReference, decision: &Decision) -> Fields {
    fields
        .not_personal("session_number", row.session_number)
        .not_personal("session_id", row.session_id.map(|id| id.to_string()))
        .not_personal("vendor_data", row.vendor_data.clone())
        .personal("name", Class::Identity, name_of(decision))
        .not_personal("set_by_a_human", status_by_hand(decision))
}
