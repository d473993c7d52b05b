//! `didit-mcp serve`: the protocol on standard input and output.

use std::{process::ExitCode, sync::Arc};

use super::Failure;
use crate::{
    audit::Trail,
    config::{Options, Secrets, Settings, keeps_rate_limits},
    receiver::Receiver,
    redact::Redactor,
    server::{Server, serve_stdio},
    simulator,
    tools::Connection,
};

/// Serves until the client goes away.
pub(super) async fn run(options: &Options, redactor: Redactor) -> Result<ExitCode, Failure> {
    let simulator = if options.simulate {
        let options = simulator::Options {
            rate_limits: keeps_rate_limits(options)?,
            ..simulator::Options::default()
        };
        Some(simulator::start(options).await?)
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
    if let Some((address, secret)) = settings.webhooks {
        let receiver = Receiver::start(address, secret)
            .await
            .map_err(|error| format!("webhooks cannot be received on {address}: {error}"))?;
        tokio::spawn(wake_waits(receiver, Arc::clone(&connection)));
    }
    let server = Server::new(connection, &settings.policy, trail)?;
    serve_stdio(server, redactor).await?;
    Ok(ExitCode::SUCCESS)
}

/// Ends waits at once when Didit says that something happened to their session.
async fn wake_waits(mut receiver: Receiver, connection: Arc<Connection>) {
    while let Some(arrival) = receiver.next().await {
        if let Some(session) = arrival.event.session_id {
            connection.watch().wake(session);
        }
    }
}
