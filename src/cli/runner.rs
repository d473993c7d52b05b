//! The tools as the command line runs them: in this process, under the same settings and policy as for any client.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
    sync::Arc,
};

use serde_json::{Map, Value};

use super::{
    ask::{Agreed, Planned, Terminal},
    assembly::assemble,
    output::{Format, Output},
    progress::{Silent, Spinner},
};
use crate::{
    config::{self, Options},
    redact::Redactor,
    server::{LocalCall, Policy, Server},
    simulator::Simulator,
    tools::{self, Confirmer, Connection, ErrorCode, Progress, ToolError, ToolOutput},
};

/// What a command gives back: its exit code, or the error to print.
pub(super) type Outcome = Result<ExitCode, ToolError>;

/// Exit code for what is decided against the person.
pub(super) const DECLINED: u8 = 3;
/// Exit code for what a human has to look at.
pub(super) const IN_REVIEW: u8 = 4;
/// Exit code for what is not decided yet.
pub(super) const TIME_OVER: u8 = 5;
/// Exit code for an agreement that is missing or was refused.
const NO_AGREEMENT: u8 = 6;

/// How to keep what a simulator holds.
const STAYS: &str =
    "didit-mcp simulate runs one that stays, and prints the settings that connect commands to it.";

/// What commands document under `--help`.
pub(super) const EXIT_CODES: &str = "Exit codes:
  0  Done
  1  Failed
  2  A setting or an argument cannot be used, or the tool is switched off
  6  A human's agreement is missing or was refused; nothing was changed";

/// The same for commands that wait.
pub(super) const WAIT_EXIT_CODES: &str = "Exit codes:
  0  Done; with --wait: approved
  1  Failed
  2  A setting or an argument cannot be used, or the tool is switched off
  3  With --wait: declined, expired or abandoned
  4  With --wait: a human has to look: in review, or approved by the checks
     although the person is not the one expected, the approval has no reason, or
     the face, document or a contact is somebody else's or blocked
  5  With --wait: not decided within the time
  6  A human's agreement is missing or was refused; nothing was changed";

/// The tools, the account and the output of one command.
pub(super) struct Runner {
    server: Server,
    policy: Policy,
    connection: Arc<Connection>,
    simulator: Option<Simulator>,
    output: Output,
}

impl Runner {
    /// Reads the settings; starts the simulator when they say so.
    async fn start(
        options: &Options,
        output: Output,
        redactor: Redactor,
    ) -> Result<Self, (Output, ToolError)> {
        match assemble(options, redactor).await {
            Ok(assembly) => Ok(Self {
                server: assembly.server,
                policy: assembly.policy,
                connection: assembly.connection,
                simulator: assembly.simulator,
                output,
            }),
            Err(error) => {
                let code = if error.is::<config::Error>() {
                    ErrorCode::Setting
                } else {
                    ErrorCode::System
                };
                Err((output, ToolError::new(code, error.to_string())))
            }
        }
    }

    /// The tools themselves.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// Where results go.
    pub(super) fn output(&self) -> &Output {
        &self.output
    }

    /// The account and the settings.
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The simulator of this very command.
    pub(super) fn simulator(&self) -> Option<&Simulator> {
        self.simulator.as_ref()
    }

    /// Runs a tool that decides nothing about a person, showing on a terminal what it does.
    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Result<ToolOutput, ToolError> {
        self.decide(tool, arguments, Agreed::default()).await
    }

    /// Runs a tool that a human agrees to first.
    pub(super) async fn decide(
        &self,
        tool: &str,
        arguments: Value,
        agreed: Agreed,
    ) -> Result<ToolOutput, ToolError> {
        // A question and a spinner would write over each other.
        let asks = !agreed.yes && self.needs_agreement(tool) && io::stdin().is_terminal();
        let progress: Arc<dyn Progress> = if asks {
            Arc::new(Silent)
        } else {
            Arc::new(Spinner::start("Asking Didit"))
        };
        self.run(tool, arguments, agreed, progress).await
    }

    /// Runs a tool that is a part of something larger.
    pub(super) async fn call_silently(
        &self,
        tool: &str,
        arguments: Value,
    ) -> Result<ToolOutput, ToolError> {
        self.run(tool, arguments, Agreed::default(), Arc::new(Silent))
            .await
    }

    /// Runs a tool as one of many that were agreed to together: nobody is asked in between, and what would have to be asked
    /// about is refused unless it was agreed to with the rest.
    pub(super) async fn call_in_plan(
        &self,
        tool: &str,
        arguments: Value,
        agreed: bool,
        progress: Arc<dyn Progress>,
    ) -> Result<ToolOutput, ToolError> {
        let confirmer = Arc::new(Planned { agreed });
        self.run_with(tool, arguments, confirmer, progress).await
    }

    async fn run(
        &self,
        tool: &str,
        arguments: Value,
        agreed: Agreed,
        progress: Arc<dyn Progress>,
    ) -> Result<ToolOutput, ToolError> {
        let confirmer = Arc::new(Terminal::new(agreed));
        self.run_with(tool, arguments, confirmer, progress).await
    }

    async fn run_with(
        &self,
        tool: &str,
        arguments: Value,
        confirmer: Arc<dyn Confirmer>,
        progress: Arc<dyn Progress>,
    ) -> Result<ToolOutput, ToolError> {
        if !self.server.has_tool(tool) {
            return Err(self.refusal(tool));
        }
        let call = LocalCall {
            confirmer,
            progress,
        };
        self.server.run_tool(tool, given(arguments), call).await
    }

    /// Says that what was made is gone with the command, where its simulator is.
    pub(super) fn note_simulator_end(&self) -> Result<(), ToolError> {
        if self.simulator.is_none() {
            return Ok(());
        }
        let end = format!("The simulator and everything in it end with this command. {STAYS}");
        self.output.text(&end).map_err(unprinted)
    }

    /// What is missing may have been made by an earlier command, whose simulator is gone.
    fn with_simulator_hint(&self, error: ToolError) -> ToolError {
        let is_missing =
            error.code == ErrorCode::NotFound || error.field.as_deref() == Some("workflow_id");
        if self.simulator.is_some() && is_missing {
            let beginning = "with --simulate every command begins anew.";
            return error.with_advice(format!("{beginning} {STAYS}"));
        }
        error
    }

    fn needs_agreement(&self, tool: &str) -> bool {
        tools::all().iter().any(|known| {
            known.name == tool
                && (known.asks_when.is_some()
                    || matches!(
                        known.access,
                        tools::Access::Decide | tools::Access::Irreversible
                    ))
        })
    }

    /// Why a tool that is switched off cannot be used.
    pub(super) fn refusal(&self, name: &str) -> ToolError {
        let tools = tools::all();
        let setting = tools
            .iter()
            .find(|tool| tool.name == name)
            .and_then(|tool| self.policy.setting_against(tool))
            .unwrap_or("a setting");
        ToolError::new(
            ErrorCode::ToolOff,
            format!(
                "This command needs the tool {name}, which {setting} switches off. Nothing was sent."
            ),
        )
    }
}

/// Runs one command: its settings, its work, and what it prints when it fails.
pub(super) async fn run<F>(
    options: &Options,
    format: Format,
    redactor: Redactor,
    command: F,
) -> ExitCode
where
    F: AsyncFnOnce(&Runner) -> Outcome,
{
    let output = Output::new(format, redactor.clone());
    let runner = match Runner::start(options, output, redactor).await {
        Ok(runner) => runner,
        Err((output, error)) => return failed(&output, &error, &|_| false),
    };
    match command(&runner).await {
        Ok(code) => code,
        Err(error) => {
            let error = runner.with_simulator_hint(error);
            failed(&runner.output, &error, &|tool| runner.server.has_tool(tool))
        }
    }
}

/// A failure of this machine.
pub(super) fn system(what: &str, error: &dyn std::fmt::Display) -> ToolError {
    ToolError::new(ErrorCode::System, format!("{what}: {error}"))
}

/// A result that could not be printed.
pub(super) fn unprinted(error: io::Error) -> ToolError {
    system("the output cannot be written", &error)
}

fn failed(output: &Output, error: &ToolError, has_tool: &dyn Fn(&str) -> bool) -> ExitCode {
    // Nobody reads any more when this fails too.
    drop(output.error(error, has_tool));
    ExitCode::from(match error.code {
        ErrorCode::Setting
        | ErrorCode::ToolOff
        | ErrorCode::InvalidArgument
        | ErrorCode::NoApiKey
        | ErrorCode::NoAccount
        | ErrorCode::CredentialsFile
        | ErrorCode::InvalidRows
        | ErrorCode::Journal => 2,
        ErrorCode::AgreementNeeded | ErrorCode::RefusedByHuman | ErrorCode::RefusedByClient => {
            NO_AGREEMENT
        }
        _ => 1,
    })
}

/// Arguments that were not given are absent, not null.
fn given(arguments: Value) -> Map<String, Value> {
    match arguments {
        Value::Object(entries) => entries
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        _ => Map::new(),
    }
}
