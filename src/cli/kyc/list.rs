//! `kyc list` and `kyc workflows`: what there is, as a table.

use std::{process::ExitCode, time::Duration};

use clap::Args;
use console::Term;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    cli::{
        output::{ListFormat, Table},
        runner::{Outcome, Runner, unprinted},
    },
    config::OneOf,
    didit::{NextActor, SessionStatus},
    tools::{ToolError, ToolOutput, age},
};

/// Which sessions; --workflow-id is a filter here.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Statuses, separated by commas, such as in-review; also open, review and finished, which are several.
    #[arg(long, value_name = "STATUSES", value_delimiter = ',', value_parser = OneOf(statuses), hide_possible_values = true)]
    status: Vec<String>,
    /// Your own id of the person, exactly.
    #[arg(long, value_name = "ID")]
    vendor_data: Option<String>,
    /// Session id or number, name, e-mail, phone or document number.
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// First day, YYYY-MM-DD in UTC.
    #[arg(long, value_name = "DATE")]
    date_from: Option<String>,
    /// Last day, included.
    #[arg(long, value_name = "DATE")]
    date_to: Option<String>,
    /// Issuing countries, three letters, separated by commas.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    country: Vec<String>,
    /// Codes such as P, ID, DL, separated by commas.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    document_type: Vec<String>,
    /// Risk codes such as DOCUMENT_EXPIRED, separated by commas.
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    warning: Vec<String>,
    /// user, business or all [default: user].
    #[arg(long, value_name = "KIND")]
    session_kind: Option<String>,
    /// Rows, from 1 to 100 [default: 20].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
    /// Cursor that the previous page printed.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    /// Show the whole id and time too.
    #[arg(long)]
    wide: bool,
    /// Show the list again every few seconds, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["json", "output"])]
    watch: bool,
    #[command(flatten)]
    format: ListFormat,
}

/// The pause between two looks at a list that is watched.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let tool_arguments = arguments.of_tool(runner);
    let mut answer = runner
        .call("didit_session_list", tool_arguments.clone())
        .await?;
    if !arguments.watch {
        show(runner, &arguments, answer)?;
        return Ok(ExitCode::SUCCESS);
    }
    let screen = Term::stdout();
    loop {
        if screen.is_term() {
            screen.clear_screen().map_err(unprinted)?;
        }
        show(runner, &arguments, answer)?;
        answer = loop {
            tokio::time::sleep(BETWEEN_LOOKS).await;
            let look = runner.call_silently("didit_session_list", tool_arguments.clone());
            match look.await {
                Ok(answer) => break answer,
                // What passes leaves the list as it was.
                Err(error) if error.code.is_transient() => {}
                Err(error) => return Err(error),
            }
        };
    }
}

/// Prints the list.
fn show(runner: &Runner, arguments: &Arguments, mut answer: ToolOutput) -> Result<(), ToolError> {
    let output = runner.output();
    let workflow_id = &runner.connection().settings().workflow_id;
    if !output.is_json() {
        add_ages(&mut answer);
        if is_empty(&answer) {
            let none = if arguments.is_filtered() || workflow_id.is_some() {
                "No sessions fit these filters."
            } else {
                "No sessions yet."
            };
            none.clone_into(&mut answer.text);
        }
    }
    let columns = match (arguments.format.is_csv(), arguments.wide) {
        (true, _) => &WHOLE[..],
        (false, true) => &WIDE[..],
        (false, false) => WIDE.split_at(NARROW).0,
    };
    output
        .rows(&answer, &Table(columns), arguments.format)
        .map_err(unprinted)?;
    if let Some(id) = workflow_id {
        // Who looks for people in review must know that others may be waiting.
        let filter = format!(
            "Only sessions of workflow {id}: --workflow-id (DIDIT_WORKFLOW_ID) is a filter here."
        );
        if arguments.format.is_csv() {
            output.note(&filter)
        } else {
            output.text(&filter)
        }
        .map_err(unprinted)?;
    }
    Ok(())
}

/// The columns of a wide list; the first of them are those of any.
const WIDE: [(&str, &str); 7] = [
    ("#", "session_number"),
    ("STATUS", "status"),
    ("AGE", "age"),
    ("YOUR ID", "vendor_data"),
    ("WHY", "checks"),
    ("SESSION", "session_id"),
    ("CREATED", "created_at"),
];
const NARROW: usize = 5;
/// The columns for a spreadsheet, in which an age would be wrong the next day.
const WHOLE: [(&str, &str); 6] = [
    ("#", "session_number"),
    ("STATUS", "status"),
    ("YOUR ID", "vendor_data"),
    ("WHY", "checks"),
    ("SESSION", "session_id"),
    ("CREATED", "created_at"),
];

impl Arguments {
    /// The arguments of the tool that lists sessions.
    fn of_tool(&self, runner: &Runner) -> Value {
        let some = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
        let statuses: Vec<String> = self.status.iter().flat_map(|word| meant(word)).collect();
        json!({
            "status": some(&statuses),
            "vendor_data": self.vendor_data,
            "search": self.search,
            // A filter where it was named; elsewhere it is what sessions are made with.
            "workflow_id": runner.connection().settings().workflow_id.clone().map(|id| vec![id]),
            "date_from": self.date_from,
            "date_to": self.date_to,
            "country": some(&self.country),
            "document_type": some(&self.document_type),
            "warning": some(&self.warning),
            "session_kind": self.session_kind,
            "limit": self.limit,
            "cursor": self.cursor,
        })
    }

    fn is_filtered(&self) -> bool {
        let lists = [
            &self.status,
            &self.country,
            &self.document_type,
            &self.warning,
        ];
        let texts = [
            &self.vendor_data,
            &self.search,
            &self.date_from,
            &self.date_to,
            &self.session_kind,
            &self.cursor,
        ];
        lists.into_iter().any(|list| !list.is_empty()) || texts.into_iter().any(Option::is_some)
    }
}

/// Words for several statuses at once.
const GROUPS: [(&str, NextActor); 3] = [
    ("open", NextActor::Person),
    ("review", NextActor::Reviewer),
    ("finished", NextActor::Nobody),
];

/// What completes `--status`: words without blanks.
fn statuses() -> Vec<String> {
    let names = SessionStatus::ALL
        .iter()
        .map(|status| status.as_str().to_lowercase().replace(' ', "-"));
    let groups = GROUPS.iter().map(|(word, _)| (*word).to_owned());
    groups.chain(names).collect()
}

/// The statuses that a word means; one that means none is Didit's to judge.
fn meant(word: &str) -> Vec<String> {
    let group = GROUPS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word.trim()));
    match group {
        Some((_, turn)) => SessionStatus::ALL
            .iter()
            .filter(|status| status.turn() == *turn)
            .map(ToString::to_string)
            .collect(),
        None => vec![word.to_owned()],
    }
}

/// How long ago each session was made, which is what a reader of the list looks for.
fn add_ages(answer: &mut ToolOutput) {
    let now = Timestamp::now();
    let rows = answer
        .data
        .as_mut()
        .and_then(|data| data.get_mut("items"))
        .and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten().filter_map(Value::as_object_mut) {
        let created = row.get("created_at").and_then(Value::as_str);
        if let Some(created) = created.and_then(|time| time.parse::<Timestamp>().ok()) {
            row.insert("age".to_owned(), age(created, now).into());
        }
    }
}

fn is_empty(answer: &ToolOutput) -> bool {
    let rows = answer.data.as_ref().and_then(|data| data.get("items"));
    rows.and_then(Value::as_array).is_some_and(Vec::is_empty)
}

/// Which part of the workflows.
#[derive(Debug, Args)]
pub(super) struct Workflows {
    /// Rows, from 1 to 100 [default: 20].
    #[arg(long, value_name = "NUMBER")]
    limit: Option<u32>,
    /// Cursor that the previous page printed.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
    #[command(flatten)]
    format: ListFormat,
}

/// Lists the templates that sessions can be made with.
pub(super) async fn workflows(runner: &Runner, arguments: Workflows) -> Outcome {
    let answer = runner
        .call(
            "didit_workflow_list",
            json!({ "limit": arguments.limit, "cursor": arguments.cursor }),
        )
        .await?;
    let table = Table(&[
        ("WORKFLOW", "workflow_id"),
        ("NAME", "workflow_label"),
        ("CHECKS", "features"),
        ("PRICE", "total_price"),
        ("STATUS", "status"),
        ("DEFAULT", "is_default"),
    ]);
    runner
        .output()
        .rows(&answer, &table, arguments.format)
        .map_err(unprinted)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn a_word_may_mean_several_statuses() {
        assert_eq!(meant("Review"), ["In Review"]);
        assert_eq!(
            meant("open"),
            ["Not Started", "In Progress", "Resubmitted", "Awaiting User"]
        );
        assert_eq!(meant("in-review"), ["in-review"]);
    }
}
