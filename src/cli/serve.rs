//! `didit-mcp serve`: the protocol on standard input and output.

use std::{process::ExitCode, sync::Arc};

use super::Failure;
use crate::{
    config::{Options, Secrets, Settings},
    server::{Server, serve_stdio},
    simulator,
    tools::Connection,
};

/// Serves until the client goes away.
pub(super) async fn run(options: &Options) -> Result<ExitCode, Failure> {
    let simulator = if options.simulate {
        Some(simulator::start(simulator::Options::default()).await?)
    } else {
        None
    };
    let settings = Settings::resolve(options, Secrets::from_environment(), simulator.as_ref())?;
    let connection = Arc::new(Connection::new(settings.connection, settings.store));
    let server = Server::new(connection, &settings.policy)?;
    serve_stdio(server).await?;
    Ok(ExitCode::SUCCESS)
}
