//! How many sessions ended how, in a period and in the one before, from counts alone.

mod breakdown;
mod countries;
mod figures;
pub(in crate::tools) mod period;
mod reasons;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{counts::Counter, workflows};
use crate::{
    didit::{SessionFilter, sessions::SessionKind, values::Date},
    tools::{Context, Tool, ToolOutput, Toolset, error::NotDone, untrusted::mark_untrusted},
};
use breakdown::{Breakdown, Group};
use figures::Figures;
use period::Period;
use reasons::Reason;

pub(super) fn tool() -> Tool {
    Tool::read("didit_session_stats", Toolset::Sessions)
        .title("Count sessions")
        .description(
            "Counts sessions of a period by outcome: approved, declined, in review, unfinished, approval rate, change \
             against the period before, most frequent reasons.",
        )
        .example(|_| json!({ "days": 7, "by": "workflow" }))
        .search_words(
            "statistics, report, how many customers verified, conversion, drop-off, pass rate, weekly or monthly \
             numbers, trend, dashboard",
        )
        .run(stats)
}

/// Which sessions are counted, and how they are told apart.
#[derive(Deserialize, JsonSchema)]
struct StatsInput {
    /// YYYY-MM-DD, UTC.
    from: Option<Date>,
    /// Inclusive; today by default.
    to: Option<Date>,
    /// Length of the period, 30 by default.
    #[schemars(range(min = 1, max = 1000))]
    days: Option<i64>,
    /// Id or name.
    workflow: Option<String>,
    by: Option<Breakdown>,
}

async fn stats(context: Context, input: StatsInput) -> Result<ToolOutput, NotDone> {
    let period = Period::of(input.from.as_ref(), input.to.as_ref(), input.days)?;
    let client = context.client()?;
    let mut notes = Vec::new();
    let known = if input.workflow.is_some() || input.by == Some(Breakdown::Workflow) {
        workflows::all(&client).await?
    } else {
        Vec::new()
    };
    let filter = SessionFilter {
        workflow_id: match &input.workflow {
            Some(name) => workflows::named(&known, name)?,
            None => Vec::new(),
        },
        ..SessionFilter::default()
    };
    let counter = Counter::new(&client);
    let within = period.within(&filter);
    // What fails the call is asked for once, before everything else is counted side by side.
    let total = counter.count(within.clone()).await?;
    let earlier = async {
        let within = period.before().within(&filter);
        let total = counter.count(within.clone()).await?;
        Figures::of(&counter, within, total).await
    };
    let (now, before, companies) = tokio::join!(
        Figures::of(&counter, within.clone(), total),
        earlier,
        counter.count(period.of_companies(&filter)),
    );
    let (now, before) = (now?, before?);
    let mut groups = Vec::new();
    let mut reasons = Vec::new();
    if now.total.number > 0 {
        if let Some(by) = input.by {
            match by
                .groups(&counter, &period, &filter, &known, now.total, &mut notes)
                .await
            {
                Ok(found) => groups = found,
                Err(_) => notes.push(format!("The numbers by {} could not be read.", by.name())),
            }
        }
        match reasons::most_frequent(&counter, &within).await {
            Ok(found) => reasons = found,
            Err(_) => notes.push("The reasons could not be counted.".to_owned()),
        }
    }
    match companies {
        Ok(companies) if companies.number > 0 => notes.push(format!(
            "Companies are not among these: {}{} sessions of theirs were made in this period.",
            companies.number,
            if companies.is_at_least {
                " or more"
            } else {
                ""
            }
        )),
        Ok(_) => {}
        Err(_) => notes.push("Sessions of companies could not be counted.".to_owned()),
    }
    if counter.was_capped() {
        notes.push("Didit stopped counting at 100, so these numbers are too low.".to_owned());
    }
    notes.push(
        "Not counted: what the key may not see, and reasons that this program does not know."
            .to_owned(),
    );
    let environment = context.connection.environment_of(None);
    let mut text = format!(
        "Sessions of people made {period} ({}), by their status now; in brackets the change against {}.\n{}",
        environment.words(),
        period.before(),
        now.text(&before)
    );
    if let Some(by) = input.by
        && !groups.is_empty()
    {
        text.push_str(&format!("\nBy {}:", by.name()));
        for group in &groups {
            text.push_str(&format!("\n- {}", group.text()));
        }
    }
    text.push_str(&reasons_text(&reasons));
    for note in &notes {
        text.push_str(&format!("\n{note}"));
    }
    let mut data = json!({
        "from": period.first.to_string(),
        "to": period.last.to_string(),
        "environment": environment.name(),
        "counts": now,
        "before": before,
        "reasons": reasons,
        "notes": notes,
        "requests": counter.requests(),
    });
    if let (Some(by), Value::Object(data)) = (input.by, &mut data) {
        data.insert(format!("by_{}", by.name()), json!(groups));
    }
    Ok(ToolOutput::new(text)
        .with_data(&data)
        .with_next("didit_review_queue", "shows what waits for a human."))
}

fn reasons_text(reasons: &[Reason]) -> String {
    let mut text = String::new();
    for reason in reasons {
        if text.is_empty() {
            text.push_str("\nMost frequent reasons (a session can have several):");
        }
        text.push_str(&format!(
            "\n- {} [{}]: {}",
            reason.meaning, reason.risk, reason.count
        ));
    }
    text
}

impl Group {
    fn text(&self) -> String {
        format!("{}: {}", mark_untrusted(&self.name), self.words())
    }
}

impl Period {
    /// The sessions of people made in this period.
    fn within(&self, filter: &SessionFilter) -> SessionFilter {
        SessionFilter {
            date_from: period::date(self.first),
            date_to: period::date(self.last),
            ..filter.clone()
        }
    }

    /// Those of companies, whose last day ends at its first moment.
    fn of_companies(&self, filter: &SessionFilter) -> SessionFilter {
        SessionFilter {
            session_kind: Some(SessionKind::Business),
            date_to: self.last.tomorrow().ok().and_then(period::date),
            ..self.within(filter)
        }
    }
}
