//! `didit-mcp serve`: the protocol on standard input and output.

use std::{process::ExitCode, sync::Arc};

use super::{assembly::assemble, failure::Failure};
use crate::{
    config::Options, receiver::Receiver, redact::Redactor, server::serve_stdio, tools::Connection,
};

/// Serves until the client goes away.
pub(super) async fn run(options: &Options, redactor: Redactor) -> Result<ExitCode, Failure> {
    let assembly = assemble(options, redactor.clone()).await?;
    if let Some((address, secret)) = assembly.webhooks {
        let receiver = Receiver::start(address, secret)
            .await
            .map_err(|error| format!("webhooks cannot be received on {address}: {error}"))?;
        tokio::spawn(wake_waits(receiver, assembly.connection));
    }
    serve_stdio(assembly.server, redactor).await?;
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
