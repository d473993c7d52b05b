//! Serving one client on standard input and output until it goes away.

use std::io;

use rmcp::ServiceExt;
use tokio_util::sync::CancellationToken;

use super::{handler::Server, transport::LineTransport};
use crate::redact::Redactor;

/// Serves until end of input, a signal, or a client that reads no more.
///
/// At end of input or on a signal, calls in flight get a few seconds to answer; then they are dropped.
///
/// # Errors
/// When the signals of the system cannot be watched.
pub async fn serve_stdio(server: Server, redactor: Redactor) -> io::Result<()> {
    let (reader, writer) = rmcp::transport::stdio_pipes();
    let over = CancellationToken::new();
    let drain = CancellationToken::new();
    watch_signals(drain.clone())?;
    let transport = LineTransport::new(reader, writer, over.clone(), drain, redactor);
    match server
        .until(over.clone())
        .serve_with_ct(transport, over)
        .await
    {
        Ok(service) => {
            if let Err(error) = service.waiting().await {
                tracing::warn!(%error, "the service ended");
            }
        }
        // A client that leaves before its first request is no error.
        Err(error) => tracing::info!(%error, "the client left before it opened a session"),
    }
    Ok(())
}

/// The streams are set up before serving begins: a signal that came earlier would kill the process.
#[cfg(unix)]
fn watch_signals(drain: CancellationToken) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hangup.recv() => {}
        }
        drain.cancel();
    });
    Ok(())
}

#[cfg(not(unix))]
fn watch_signals(drain: CancellationToken) -> io::Result<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            drain.cancel();
        }
    });
    Ok(())
}
