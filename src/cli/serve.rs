//! `didit-mcp serve`: the protocol on standard input and output.

use std::{process::ExitCode, sync::Arc};

use super::Failure;
use crate::{
    audit::Trail,
    config::{Options, Secrets, Settings},
    redact::Redactor,
    server::{Server, serve_stdio},
    simulator,
    tools::Connection,
};

/// Serves until the client goes away.
pub(super) async fn run(options: &Options, redactor: Redactor) -> Result<ExitCode, Failure> {
    let simulator = if options.simulate {
        Some(simulator::start(simulator::Options::default()).await?)
    } else {
        None
    };
    let settings = Settings::resolve(options, Secrets::from_environment(), simulator.as_ref())?;
    let trail = settings
        .audit_log
        .as_deref()
        .map(Trail::open)
        .transpose()
        .map_err(|error| format!("the audit log cannot be opened: {error}"))?;
    let connection = Arc::new(Connection::new(
        settings.connection,
        settings.store,
        redactor.clone(),
    ));
    let server = Server::new(connection, &settings.policy, trail)?;
    serve_stdio(server, redactor).await?;
    Ok(ExitCode::SUCCESS)
}
