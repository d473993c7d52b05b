//! `didit-mcp serve`: the protocol on standard input and output.

use std::{
    io::{IsTerminal as _, Write as _},
    process::ExitCode,
    sync::Arc,
};

use super::{assembly::assemble, failure::Failure};
use crate::{
    config::Options, receiver::Receiver, redact::Redactor, server::serve_stdio, tools::Connection,
};

/// What a human is told who starts it by hand.
const AT_A_TERMINAL: &str = concat!(
    "didit-mcp ",
    env!("CARGO_PKG_VERSION"),
    " is a Model Context Protocol server: it waits for a client on standard input. Ctrl-C ends it.\n",
    "  didit-mcp demo             the whole flow on the simulator, with nothing real\n",
    "  didit-mcp config --help    add it to Claude, Cursor, VS Code, Codex and others\n",
    "  didit-mcp --help           all commands and settings"
);

/// Serves until the client goes away.
pub(super) async fn run(options: &Options, redactor: Redactor) -> Result<ExitCode, Failure> {
    let assembly = assemble(options, redactor.clone()).await?;
    if let Some((address, secret)) = assembly.webhooks {
        let receiver = Receiver::start(address, secret)
            .await
            .map_err(|error| format!("webhooks cannot be received on {address}: {error}"))?;
        tokio::spawn(wake_waits(receiver, assembly.connection));
    }
    if std::io::stdin().is_terminal() {
        // Whoever types the name of a server to see what it is would wait for an answer for ever.
        drop(writeln!(std::io::stderr(), "{AT_A_TERMINAL}"));
    }
    serve_stdio(assembly.server, redactor).await?;
    Ok(ExitCode::SUCCESS)
}

/// Ends waits at once when Didit says that something happened to their session.
async fn wake_waits(mut receiver: Receiver, connection: Arc<Connection>) {
    while let Some(arrival) = receiver.next().await {
        if let Some(session) = arrival.event.session_id {
            connection.pollers().wake(session);
        }
    }
}
