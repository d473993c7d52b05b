//! Who has not finished, and writing to them once: first a plan, then, after a human agrees, one person after the other.

mod letters;
mod person;
mod plan;
mod send;
mod written;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::span::Span;
use crate::tools::{
    Context, Tool, ToolOutput, Toolset, agreed::agreed, environment::Environment, error::NotDone,
    paging, untrusted::mark_untrusted,
};
use person::{Person, Step};
use plan::{Plan, read};
pub(in crate::tools) use written::Written;

/// People of a plan: what a human can read in one question.
const MOST_PEOPLE: usize = 20;

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

/// Whom to write to.
#[derive(Deserialize, JsonSchema)]
struct FollowUpInput {
    /// Do it; otherwise only the plan.
    #[serde(default)]
    send: bool,
    /// 1 day by default.
    #[schemars(with = "Option<String>")]
    older_than: Option<Span>,
    /// How far back, 30 by default.
    #[schemars(range(min = 1, max = 365))]
    days: Option<i64>,
    /// Id or name.
    workflow: Option<String>,
    /// Only these vendor_data.
    #[serde(default)]
    people: Vec<String>,
    /// 7 by default.
    #[schemars(range(min = 1, max = 365))]
    again_after_days: Option<i64>,
    cursor: Option<String>,
}

async fn follow_up(context: Context, input: FollowUpInput) -> Result<ToolOutput, NotDone> {
    if !input.send {
        let plan = read(&context, &input).await?;
        return Ok(planned(&context, &plan));
    }
    let plan = agreed(&context, async || {
        let plan = read(&context, &input).await?;
        Ok((plan.change(&context), plan))
    })
    .await?;
    send::send(&context, plan, input.again_after()).await
}

impl FollowUpInput {
    fn again_after(&self) -> Span {
        Span::days(self.again_after_days.unwrap_or(7))
    }
}

/// The answer to a call that sends nothing.
fn planned(context: &Context, plan: &Plan) -> ToolOutput {
    let environment = plan.environment(context);
    if plan.people.is_empty() {
        let mut text = format!(
            "Nobody to follow up with among the unfinished sessions looked at ({}).",
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
        "Not finished: {} ({}), oldest first. Nothing was sent; with send: true, {would} of these would be served after a \
         human agrees.",
        plan.total,
        environment.words(),
    );
    plan.add_notes(&mut text);
    let (rows, lines) = plan.rows(context);
    text.push_str(&paging::more(plan.next_cursor.as_deref()));
    text.push_str(&lines);
    text.push_str(&letters_text(&plan.people));
    let answer = ToolOutput::new(text).with_data(&plan.data(environment, &rows));
    if would == 0 {
        return answer;
    }
    answer.with_next(
        "didit_session_follow_up",
        "with send: true asks a human once for the whole plan, and then does it.",
    )
}

/// The texts to send by hand, one for each language that is needed.
fn letters_text(people: &[Person]) -> String {
    let mut text = String::new();
    for letter in letters::of(people) {
        text.push_str(&format!(
            "\nText to send ({}): {}",
            letter.language, letter.text_to_send
        ));
    }
    text
}

impl Plan {
    fn add_notes(&self, text: &mut String) {
        for note in &self.notes {
            text.push_str(&format!("\n{note}"));
        }
        if !self.left_out.is_empty() {
            let left_out: Vec<String> = self
                .left_out
                .iter()
                .take(MOST_PEOPLE)
                .map(|(who, why)| format!("{} ({why})", mark_untrusted(who)))
                .collect();
            let more = match self.left_out.len().saturating_sub(MOST_PEOPLE) {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            text.push_str(&format!("\nNothing to do: {}{more}.", left_out.join(", ")));
        }
    }

    fn data(&self, environment: Environment, rows: &[Value]) -> Value {
        let left_out: Vec<Value> = self
            .left_out
            .iter()
            .map(|(vendor_data, reason)| json!({ "vendor_data": vendor_data, "reason": reason }))
            .collect();
        let mut data = json!({
            "items": rows,
            "total": self.total,
            "environment": environment.name(),
            "has_more": self.next_cursor.is_some(),
            "notes": self.notes,
            "nothing_to_do": left_out,
            "letters": letters::of(&self.people),
        });
        if let (Some(cursor), Some(data)) = (&self.next_cursor, data.as_object_mut()) {
            data.insert("next_cursor".to_owned(), cursor.clone().into());
        }
        data
    }
}
