//! `kyc full`: one person all the way.

use std::{io::IsTerminal, process::ExitCode};

use clap::Args;
use serde_json::{Value, json};
use url::Url;

use super::{
    decision::{self, Waiting},
    fields::text,
    session::{self, Person},
    setup::{self, Checks},
    workflow,
};
use crate::{
    cli::{
        ask::Agreed,
        output::data,
        runner::{Outcome, Runner, system, unprinted},
    },
    didit::{features::Feature, http_client_for},
    simulator::Simulator,
    tools::{self, ToolError, ToolOutput},
};

/// One person all the way: the workflow is the one of --workflow-id, else the one of that --label, else the application's
/// only or default one; when there is none, it is made.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Name of the workflow to use, or to make when there is none of that name.
    #[arg(long, visible_alias = "workflow-label", value_name = "TEXT")]
    label: Option<String>,
    #[command(flatten)]
    waiting: Waiting,
    /// Show the QR code even where the output is no terminal.
    #[arg(long, overrides_with = "no_qr")]
    qr: bool,
    /// Show no QR code.
    #[arg(long)]
    no_qr: bool,
    #[command(flatten)]
    agreed: Agreed,
    #[command(flatten)]
    person: Person,
    #[command(flatten)]
    checks: Checks,
}

/// The workflow of a session.
struct Chosen {
    /// Its id; `None` leaves the choice to the tool that makes sessions.
    id: Option<String>,
    /// What was made, when one was made.
    made: Option<ToolOutput>,
}

pub(super) async fn run(runner: &Runner, arguments: Arguments) -> Outcome {
    let output = runner.output();
    let workflow = choose(runner, &arguments).await?;
    if let Some(made) = &workflow.made {
        output.text(&made.text).map_err(unprinted)?;
    }
    let session = session::create(
        runner,
        &arguments.person,
        workflow.id.as_deref(),
        arguments.agreed,
    )
    .await?;
    output.text(&session.text).map_err(unprinted)?;
    let shows_qr = arguments.qr || (std::io::stdout().is_terminal() && !arguments.no_qr);
    if shows_qr {
        session::show_qr(runner, text(&session, "url"))?;
    }
    let id = text(&session, "session_id").to_owned();
    // A simulator that ends with this command has no other time to play.
    let played = match (runner.simulator(), &arguments.person.scenario) {
        (Some(simulator), Some(_)) => {
            play(simulator, &id).await?;
            true
        }
        _ => false,
    };
    let (decision, code) = if arguments.waiting.wait || played {
        if output.is_json() && arguments.waiting.wait && !played {
            let link = text(&session, "url");
            output
                .note(&format!("Link for the person: {link}"))
                .map_err(unprinted)?;
        }
        let (answer, code) = decision::follow(runner, &id, &arguments.waiting)
            .await
            .map_err(|error| {
                error.with_advice(format!(
                    "The session exists: didit-mcp kyc decision {id} --wait goes on waiting."
                ))
            })?;
        output.text("").map_err(unprinted)?;
        (Some(answer), code)
    } else {
        (None, ExitCode::SUCCESS)
    };
    if output.is_json() {
        let document = json!({
            "workflow_id": text(&session, "workflow_id"),
            "workflow_created": workflow.made.is_some(),
            "session": data(&session),
            "decision": decision.as_ref().map(data),
        });
        output.document(&document).map_err(unprinted)?;
    } else if let Some(decision) = &decision {
        output.answer(decision).map_err(unprinted)?;
    } else if runner.simulator().is_some() {
        output
            .text("The simulator ends with this command: --scenario approve plays the person, --wait keeps the link alive.")
            .map_err(unprinted)?;
    } else {
        output.next_steps(&session).map_err(unprinted)?;
    }
    Ok(code)
}

/// Finds the workflow to use, or makes it.
async fn choose(runner: &Runner, arguments: &Arguments) -> Result<Chosen, ToolError> {
    if let Some(id) = &runner.connection().settings().workflow_id {
        refuse_another(runner, id, arguments).await?;
        return Ok(Chosen {
            id: Some(id.clone()),
            made: None,
        });
    }
    let rows = workflow::published(runner).await?;
    let found = match &arguments.label {
        Some(label) => rows.iter().find(|workflow| workflow.label == *label),
        None => tools::sensible_workflow(&rows),
    };
    if let Some(found) = found {
        let id = found.id.to_string();
        refuse_another(runner, &id, arguments).await?;
        return Ok(Chosen {
            id: Some(id),
            made: None,
        });
    }
    if arguments.label.is_none() && !rows.is_empty() {
        // Several and no default: the tool that makes sessions lists them in its error.
        return Ok(Chosen {
            id: None,
            made: None,
        });
    }
    let made = setup::create(
        runner,
        arguments.label.as_deref(),
        &arguments.checks,
        false,
        false,
    )
    .await?;
    Ok(Chosen {
        id: Some(text(&made, "workflow_id").to_owned()),
        made: Some(made),
    })
}

/// A workflow that is found must do what was asked for: nobody may believe in a check that does not run, or in a threshold
/// that does not hold.
async fn refuse_another(runner: &Runner, id: &str, arguments: &Arguments) -> Result<(), ToolError> {
    let (wanted, settings) = (arguments.checks.wanted(), arguments.checks.settings());
    if arguments.label.is_none() && wanted.is_empty() && settings.is_empty() {
        return Ok(());
    }
    let found = runner
        .call("didit_workflow_get", json!({ "workflow_id": id }))
        .await?;
    let workflow = data(&found);
    let label = workflow.get("workflow_label").and_then(Value::as_str);
    let label = label.unwrap_or_default();
    let refuse = |fault: String| {
        Err(ToolError::invalid(
            "label",
            format!("The workflow \"{label}\" {fault}. No session was made."),
        )
        .with_advice(
            "another --label, without --workflow-id (DIDIT_WORKFLOW_ID), makes a workflow of its own; without switches the one \
             that is there is used.",
        ))
    };
    if let Some(other) = arguments.label.as_deref().filter(|other| *other != label) {
        return refuse(format!(
            "is the one of --workflow-id (DIDIT_WORKFLOW_ID), and is not named \"{other}\""
        ));
    }
    let features: Vec<&str> = workflow
        .get("features")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (feature, wanted) in wanted {
        if features.contains(&feature.name()) != wanted {
            let features = features.join(" + ");
            return refuse(format!(
                "runs {features}, which does not fit what was asked about {feature}"
            ));
        }
    }
    for (feature, name, wanted) in settings {
        let is = setting_of(&workflow, feature, name);
        if !is.is_some_and(|is| same(is, &wanted)) {
            let is = is.map_or_else(|| "is not set".to_owned(), |is| format!("is {is}"));
            return refuse(format!(
                "has settings of its own: {name} {is}, not {wanted}"
            ));
        }
    }
    Ok(())
}

/// A setting of a workflow's feature, or of the workflow itself.
fn setting_of<'a>(workflow: &'a Value, feature: Option<Feature>, name: &str) -> Option<&'a Value> {
    let Some(feature) = feature else {
        return workflow.get(name);
    };
    let steps = workflow.get("steps").and_then(Value::as_array)?;
    let step = steps
        .iter()
        .find(|step| step.get("feature").and_then(Value::as_str) == Some(feature.name()))?;
    step.get("config")?.get(name)
}

/// Whether two settings are the same; words are written in capitals or not.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one.as_f64().is_some() && one.as_f64() == other.as_f64(),
    }
}

/// Takes the person's steps on the simulator of this command.
async fn play(simulator: &Simulator, session: &str) -> Result<(), ToolError> {
    let failed = |error: &dyn std::fmt::Display| system("the simulator did not play", error);
    let address = format!(
        "{}/_simulator/sessions/{session}/finish",
        simulator.root_url()
    );
    let url = Url::parse(&address).map_err(|error| failed(&error))?;
    let http = http_client_for(&url).map_err(|error| failed(&error))?;
    http.post(url)
        .json(&json!({}))
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map(drop)
        .map_err(|error| failed(&error.without_url()))
}
