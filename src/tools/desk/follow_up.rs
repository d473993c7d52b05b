//! Who has not finished, and writing to them once: first a plan, then, after a human agrees, one person after the other.

mod book;
mod input;
mod letters;
mod person;
mod plan;
mod send;

use serde_json::json;

use crate::tools::{Context, Tool, ToolOutput, Toolset, agreed::agreed, error::NotDone, paging};
use input::FollowUpInput;
use plan::{Plan, read};

pub(super) fn tool() -> Tool {
    Tool::decide("didit_session_follow_up", Toolset::Sessions)
        .title("Follow up with unfinished people")
        .description(
            "Plans reminders for unfinished verifications (where each stopped, new link, mail by Didit, text to send); with \
             send, after a human agrees, does it, nobody twice.",
        )
        .example(|_| json!({ "send": true, "older_than": "0 hours" }))
        .search_words(
            "remind, nudge, chase, abandoned, dropped off, expired link, stuck, incomplete verification, resend link",
        )
        .verify_with(
            "didit_session_follow_up",
            "shows, without send, who was written to; the same call again writes to nobody twice.",
        )
        .run(follow_up)
}

async fn follow_up(context: Context, input: FollowUpInput) -> Result<ToolOutput, NotDone> {
    if !input.send {
        let plan = read(&context, &input).await?;
        return Ok(planned(&context, &plan, input.days_back()));
    }
    let plan = agreed(&context, async || {
        let plan = read(&context, &input).await?;
        Ok((plan.change(&context), plan))
    })
    .await?;
    send::send(&context, plan, input.again_after()).await
}

/// The answer to a call that sends nothing.
fn planned(context: &Context, plan: &Plan, days: i64) -> ToolOutput {
    let environment = plan.environment(context);
    if plan.people.is_empty() {
        let mut text = format!(
            "Nobody to follow up with among the unfinished sessions looked at, those of the last {days} days ({}).",
            environment.words()
        );
        plan.add_notes(&mut text);
        text.push_str(&paging::more(plan.next_cursor.as_deref()));
        return ToolOutput::new(text).with_data(&plan.data(environment, &[]));
    }
    let would = plan
        .people
        .iter()
        .filter(|person| person.step.sends())
        .count();
    let mut text = format!(
        "Not finished: {} of the last {days} days ({}), oldest first. Nothing was sent; with send: true, {would} of these would be served after a \
         human agrees.",
        plan.total,
        environment.words(),
    );
    plan.add_notes(&mut text);
    let (rows, lines) = plan.rows(context);
    text.push_str(&paging::more(plan.next_cursor.as_deref()));
    text.push_str(&lines);
    text.push_str(&letters::text(&plan.people));
    let answer = ToolOutput::new(text).with_data(&plan.data(environment, &rows));
    if would == 0 {
        return answer;
    }
    answer.with_next(
        "didit_session_follow_up",
        "with send: true asks a human once for the whole plan, and then does it.",
    )
}
