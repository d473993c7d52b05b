//! `didit-mcp check`: what is wrong between this machine and Didit, and how to fix it.

use std::{path::Path, process::ExitCode, time::Duration};

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::{
    output::{Format, data},
    runner::{self, EXIT_CODES, Runner, unprinted},
};
use crate::{
    config::Options,
    didit::{Proxy, http_client_trusting},
    redact::Redactor,
    tools::{ErrorCode, ToolError},
};

/// How far the clock may be off before signatures of webhooks are refused.
const MOST_SKEW: Duration = Duration::from_secs(300);
/// How far it may be off before somebody should know.
const NOTABLE_SKEW: Duration = Duration::from_secs(30);

/// Checks settings, files, network, clock and key, and changes nothing.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    format: Format,
}

/// How one check went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Ok,
    Warning,
    Failed,
}

/// One check.
struct Finding {
    name: &'static str,
    status: Status,
    says: String,
    fix: Option<String>,
}

impl Finding {
    fn ok(name: &'static str, says: impl Into<String>) -> Self {
        Self {
            name,
            status: Status::Ok,
            says: says.into(),
            fix: None,
        }
    }

    fn wrong(
        name: &'static str,
        status: Status,
        says: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            name,
            status,
            says: says.into(),
            fix: Some(fix.into()),
        }
    }
}

/// Runs the checks; the exit code is 1 when something is wrong, 2 when the settings themselves are.
pub(super) async fn run(arguments: Arguments, options: &Options, redactor: Redactor) -> ExitCode {
    runner::run(options, arguments.format, redactor, async |runner| {
        let findings = findings(runner).await;
        print(runner, &findings)?;
        let failed = findings
            .iter()
            .any(|finding| finding.status == Status::Failed);
        Ok(if failed {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    })
    .await
}

async fn findings(runner: &Runner) -> Vec<Finding> {
    let settings = runner.connection().settings();
    let switches: Vec<String> = settings
        .switches
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let mut findings = vec![
        Finding::ok(
            "version",
            concat!("didit-mcp ", env!("CARGO_PKG_VERSION"), ", for API v3"),
        ),
        Finding::ok("settings", switches.join("; ")),
        credentials(runner),
        output_folder(runner),
    ];
    let trusted = settings.extra_ca_pem.as_deref();
    let (reachable, clock) = reach("verification API", &settings.api_base_url, trusted).await;
    let is_reachable = reachable.status == Status::Ok;
    findings.push(reachable);
    findings.extend(clock);
    if settings.auth_base_url.origin() != settings.api_base_url.origin() {
        let (reachable, _) = reach("account API", &settings.auth_base_url, trusted).await;
        findings.push(reachable);
    }
    if is_reachable {
        findings.push(key(runner).await);
    } else {
        findings.push(Finding::wrong(
            "key",
            Status::Warning,
            "not tried, because the verification API cannot be reached",
            "fix that first",
        ));
    }
    findings
}

fn credentials(runner: &Runner) -> Finding {
    let connection = runner.connection();
    match connection.snapshot() {
        Ok(snapshot) => match snapshot.key {
            Some((last_four, source)) => Finding::ok(
                "credentials",
                format!(
                    "the key ends in {last_four}, from the {}; accounts are kept in {}",
                    source.name(),
                    snapshot.place
                ),
            ),
            None => Finding::wrong(
                "credentials",
                Status::Failed,
                format!(
                    "no API key, neither in DIDIT_API_KEY nor in {}",
                    snapshot.place
                ),
                "set DIDIT_API_KEY (Business Console, API & Webhooks), or open an account: didit-mcp account register EMAIL",
            ),
        },
        Err(_) => {
            let message = connection
                .profile()
                .err()
                .map(message)
                .unwrap_or_else(|| "the file cannot be read".to_owned());
            Finding::wrong(
                "credentials",
                Status::Failed,
                message,
                "only its owner may read the file: chmod 600; or choose another with --credentials",
            )
        }
    }
}

fn output_folder(runner: &Runner) -> Finding {
    let folder = &runner.connection().settings().output_dir;
    let shown = folder.display();
    // A missing folder will be created in its nearest existing parent.
    let there = folder.ancestors().find(|folder| folder.exists());
    let there = there.filter(|folder| !folder.as_os_str().is_empty());
    // Only trying tells whether this user can write there; the file has no name and is gone at once.
    match tempfile::tempfile_in(there.unwrap_or(Path::new("."))) {
        Ok(_) if folder.exists() => Finding::ok("files", format!("written to {shown}")),
        Ok(_) => Finding::ok(
            "files",
            format!("written to {shown}, which is made when needed"),
        ),
        Err(error) => Finding::wrong(
            "files",
            Status::Failed,
            format!("{shown} cannot be written to: {error}"),
            "choose another folder with --output-dir",
        ),
    }
}

/// Whether an address answers at all, and what its clock says.
async fn reach(
    name: &'static str,
    base: &Url,
    extra_ca_pem: Option<&[u8]>,
) -> (Finding, Option<Finding>) {
    let unreachable = |why: String| {
        let proxy = Proxy::of(base).ok().flatten();
        let through = proxy.map(|proxy| format!(" ({proxy})")).unwrap_or_default();
        Finding::wrong(
            name,
            Status::Failed,
            format!("{base} cannot be reached: {why}{through}"),
            "check the network, a proxy (HTTPS_PROXY) and the base URLs in the settings",
        )
    };
    let http = match http_client_trusting(base, extra_ca_pem) {
        Ok(http) => http,
        Err(error) => return (unreachable(error.to_string()), None),
    };
    let answer = http
        .get(base.clone())
        .timeout(Duration::from_secs(10))
        .send()
        .await;
    match answer {
        // Any response will do, because without a path and a key the request is not valid.
        Ok(answer) => {
            let date = answer
                .headers()
                .get("date")
                .and_then(|date| date.to_str().ok())
                .and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
            (
                Finding::ok(name, format!("{base} answers")),
                date.map(|date| clock(date.timestamp())),
            )
        }
        Err(error) => (unreachable(reason(&error.without_url())), None),
    }
}

fn clock(theirs: Timestamp) -> Finding {
    let skew = Timestamp::now().duration_since(theirs).unsigned_abs();
    let says = format!("this machine and Didit differ by {} s", skew.as_secs());
    let fix = "synchronize this machine's clock over the network (NTP)";
    if skew > MOST_SKEW {
        Finding::wrong(
            "clock",
            Status::Failed,
            format!("{says}, so webhooks are refused as too old"),
            fix,
        )
    } else if skew > NOTABLE_SKEW {
        Finding::wrong("clock", Status::Warning, says, fix)
    } else {
        Finding::ok("clock", "right")
    }
}

/// Tests the key through the account status tool.
async fn key(runner: &Runner) -> Finding {
    let fix = "take a key from the Business Console (API & Webhooks), or: didit-mcp account login";
    match runner
        .call("didit_account_status", json!({ "check": true }))
        .await
    {
        Ok(answer) => {
            let data = data(&answer);
            if data.get("has_api_key") == Some(&Value::Bool(false)) {
                return Finding::wrong("key", Status::Warning, "there is no key to test", fix);
            }
            let works = data.get("key_works") == Some(&Value::Bool(true));
            let line = answer
                .text
                .lines()
                .find(|line| line.to_lowercase().contains("key works") || line.contains("key does"))
                .unwrap_or_default()
                .to_owned();
            if works {
                Finding::ok("key", line)
            } else {
                Finding::wrong("key", Status::Failed, line, fix)
            }
        }
        Err(error) if error.code == ErrorCode::ToolOff => Finding::wrong(
            "key",
            Status::Warning,
            "not tried, because the account tools are switched off",
            "add account to --toolsets (DIDIT_MCP_TOOLSETS)",
        ),
        Err(error) if error.code == ErrorCode::CredentialsFile => Finding::wrong(
            "key",
            Status::Warning,
            "not tried, because the credentials cannot be read",
            "fix that first",
        ),
        Err(error) => Finding::wrong("key", Status::Failed, error.message, fix),
    }
}

fn print(runner: &Runner, findings: &[Finding]) -> Result<(), ToolError> {
    let output = runner.output();
    if output.is_json() {
        let rows: Vec<Value> = findings
            .iter()
            .map(|finding| {
                json!({
                    "name": finding.name,
                    "status": word(finding.status),
                    "message": finding.says,
                    "mend": finding.fix,
                })
            })
            .collect();
        let ok = findings
            .iter()
            .all(|finding| finding.status != Status::Failed);
        return output
            .document(&json!({ "ok": ok, "checks": rows }))
            .map_err(unprinted);
    }
    let columns = console::Term::stdout().size_checked();
    let columns = columns.map_or(usize::MAX, |(_, columns)| columns.into());
    for finding in findings {
        let beginning = format!("{:8}  {:16}  ", word(finding.status), finding.name);
        let beside = " ".repeat(beginning.len());
        let says = textwrap::Options::new(columns)
            .initial_indent(&beginning)
            .subsequent_indent(&beside);
        let mut lines = textwrap::fill(&finding.says, &says);
        if let Some(fix) = &finding.fix {
            let fix = textwrap::fill(&format!("fix: {fix}"), says.initial_indent(&beside));
            lines.push_str(&format!("\n{fix}"));
        }
        output.text(&lines).map_err(unprinted)?;
    }
    Ok(())
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Warning => "warning",
        Status::Failed => "failed",
    }
}

fn message(stop: crate::tools::NotDone) -> String {
    match stop {
        crate::tools::NotDone::Error(error) => error.message,
        _ => String::new(),
    }
}

/// The innermost reason of a failed connection, which names what is wrong.
fn reason(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
