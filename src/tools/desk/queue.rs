//! Everything that waits for a human, oldest first, each with what it waits for.

mod facts;
mod row;
mod totals;
mod waiting;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{oldest, span::Span, workflows};
use crate::{
    didit::{
        SessionFilter, SessionReference, SessionStatus, features::Feature, sessions::RiskCode,
    },
    tools::{
        Context, Environment, Tool, ToolOutput, Toolset,
        decisions::decisions,
        error::{NotDone, ToolError},
        known_warnings, paging,
        sessions::list::not_passed,
    },
};
use row::QueueRow;
use waiting::{Waiting, waiting};

/// Rows of an answer when the caller names no number.
const DEFAULT_LIMIT: usize = 20;
pub(super) fn tool() -> Tool {
    Tool::read("didit_review_queue", Toolset::Sessions)
        .title("Show the review queue")
        .description(
            "Shows everything that waits in review for a human, oldest first: since when, why (scores against limits, \
             mismatches, duplicates), what to do next, totals.",
        )
        .example(|_| json!({ "limit": 5 }))
        .search_words(
            "pending cases, backlog, waiting for manual review, worklist, what is in review and why",
        )
        .run(queue)
}

/// Which part of the queue.
#[derive(Deserialize, JsonSchema)]
struct QueueInput {
    /// Such as 3 days or 12 hours.
    #[schemars(with = "Option<String>")]
    older_than: Option<Span>,
    /// Id or name.
    workflow: Option<String>,
    /// A check such as face match, or a risk code.
    reason: Option<String>,
    /// 20 by default.
    #[schemars(range(min = 1, max = 50))]
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Why a session waits, as a caller names it.
enum Wanted {
    Any,
    /// Found by Didit's own filter.
    Risk(RiskCode),
    /// Found in the rows.
    Check(&'static str),
}

async fn queue(context: Context, input: QueueInput) -> Result<ToolOutput, NotDone> {
    let now = Timestamp::now();
    let after = input.cursor.as_deref().map(oldest::place_of).transpose()?;
    let wanted = wanted(input.reason.as_deref())?;
    let limit = input.limit.unwrap_or(DEFAULT_LIMIT);
    let client = context.client()?;
    let mut workflows = Vec::new();
    let mut ids = Vec::new();
    if let Some(name) = &input.workflow {
        workflows = workflows::all(&client).await?;
        ids = workflows::named(&workflows, name)?;
    }
    let until = input.older_than.map(|span| span.before(now));
    // Didit's own counts by workflow know nothing of these.
    let is_filtered = !ids.is_empty() || until.is_some() || input.reason.is_some();
    let filter = SessionFilter {
        status: vec![SessionStatus::InReview],
        workflow_id: ids.clone(),
        date_from: after
            .and_then(|(micros, _)| oldest::day_of(Timestamp::from_microsecond(micros).ok()?)),
        date_to: until.and_then(oldest::day_of),
        warning: match &wanted {
            Wanted::Risk(code) => vec![code.clone()],
            _ => Vec::new(),
        },
        ..SessionFilter::default()
    };
    let mut waiting = waiting(&client, &filter, until).await?;
    if workflows.is_empty() && !waiting.rows.is_empty() {
        // A key may see sessions and no workflows.
        match workflows::all(&client).await {
            Ok(all) => workflows = all,
            Err(_) => waiting
                .notes
                .push("The workflows could not be read, so they have no names here.".to_owned()),
        }
    }
    waiting.keep(|row| {
        after.is_none_or(|after| oldest::place(row) > after)
            && until.is_none_or(|until| oldest::made_at(row).is_none_or(|made| made <= until))
            && match wanted {
                Wanted::Check(check) => not_passed(row).contains(&check),
                _ => true,
            }
    });
    let is_first_page = after.is_none();
    let shown: Vec<&SessionReference> = waiting.rows.iter().take(limit).collect();
    let sessions = shown.iter().filter_map(|row| row.session_id).collect();
    let mut decisions = decisions(&context, sessions).await?;
    let told = decisions
        .values()
        .find_map(|decision| decision.as_ref().ok()?.environment.as_deref());
    let environment = context.connection.environment_of(told);
    let mut rows = Vec::new();
    for row in shown {
        let decision = row.session_id.and_then(|id| decisions.remove(&id));
        rows.push(QueueRow::of(&context, row, decision, &workflows, now).await);
    }
    // One workflow alone is named above the rows.
    let is_one = rows
        .iter()
        .all(|row| row.workflow.as_ref() == rows.first().and_then(|first| first.workflow.as_ref()));
    for row in &mut rows {
        row.names_workflow = !(is_one && is_first_page);
    }
    let (rows, lines) = paging::fitting(rows);
    let next_cursor = (rows.len() < waiting.rows.len())
        .then(|| {
            waiting
                .rows
                .get(rows.len().checked_sub(1)?)
                .map(oldest::cursor_of)
        })
        .flatten();
    let totals = if is_first_page {
        totals::of(&client, &waiting, &rows, &workflows, is_filtered).await
    } else {
        totals::Totals::default()
    };
    Ok(answer(
        environment,
        &waiting,
        rows,
        lines,
        next_cursor,
        &totals,
        is_first_page,
    ))
}

fn answer(
    environment: Environment,
    waiting: &Waiting,
    rows: Vec<QueueRow>,
    lines: String,
    next_cursor: Option<String>,
    totals: &totals::Totals,
    is_first_page: bool,
) -> ToolOutput {
    let count = waiting.words();
    let mut text = if rows.is_empty() {
        format!("Nothing waits for review here ({}).", environment.words())
    } else if is_first_page {
        format!("{count} in review ({})", environment.words())
    } else {
        format!("{count} further in review ({})", environment.words())
    };
    if !rows.is_empty() {
        text.push_str(&format!(
            "; the oldest {} first, with the time since each was made.",
            rows.len()
        ));
    }
    text.push_str(&totals.text());
    for note in &waiting.notes {
        text.push_str(&format!("\n{note}"));
    }
    text.push_str(&paging::more(next_cursor.as_deref()));
    text.push_str(&lines);
    let mut data = json!({
        "items": rows,
        "environment": environment.name(),
        "total": waiting.total,
        "total_is_at_least": waiting.is_at_least,
        "has_more": next_cursor.is_some(),
        "next_cursor": next_cursor,
        "by_check": totals.by_check,
        "by_workflow": totals.by_workflow,
        "by_workflow_is_cut": totals.is_cut,
        "notes": waiting.notes,
    });
    if let Some(data) = data.as_object_mut() {
        data.retain(|_, value| {
            !value.is_null()
                && *value != json!(false)
                && value.as_array().is_none_or(|list| !list.is_empty())
        });
        data.entry("items").or_insert_with(|| json!([]));
    }
    let answer = ToolOutput::new(text).with_data(&data);
    if rows.is_empty() {
        return answer;
    }
    answer.with_next(
        "didit_session_update_status",
        "approves, declines or asks for steps again, once a human has decided.",
    )
}

fn wanted(reason: Option<&str>) -> Result<Wanted, ToolError> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
        return Ok(Wanted::Any);
    };
    let is_known = known_warnings().any(|(code, _)| code.eq_ignore_ascii_case(reason));
    let words = reason.to_lowercase().replace(['_', '-'], " ");
    let check = Feature::ALL.into_iter().find(|feature| {
        let facts = feature.facts();
        [facts.plain_name, facts.name, facts.display_name]
            .into_iter()
            .chain(facts.switch)
            .any(|name| name.to_lowercase().replace(['_', '-'], " ") == words)
    });
    match check {
        Some(feature) => Ok(Wanted::Check(feature.facts().plain_name)),
        // Didit adds codes; all of them are written so.
        None if is_known || reason.contains('_') => {
            reason.parse().map(Wanted::Risk).map_err(|_| not_a_reason())
        }
        None => Err(not_a_reason()),
    }
}

fn not_a_reason() -> ToolError {
    ToolError::invalid(
        "reason",
        "`reason` takes the name of a check, or a risk code such as LOW_FACE_MATCH_SIMILARITY. Nothing was read.",
    )
    .with_allowed(Feature::ALL.map(|feature| feature.facts().plain_name))
}
