//! Serving one client, on standard input and output or on streams of one's own, until it goes away.

use std::{io, sync::Arc};

use rmcp::ServiceExt;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    runtime::Handle,
};
use tokio_util::sync::CancellationToken;

use super::{state::Server, traffic::Traffic, transport::LineTransport};
use crate::redact::Redactor;

/// Serves on standard input and output until end of input, a signal, or a client that reads no more.
///
/// At end of input or on a signal, calls in flight get a few seconds to answer; then they are dropped.
///
/// # Errors
/// When the signals of the system cannot be watched.
pub async fn serve_stdio(server: Server, redactor: Redactor) -> io::Result<()> {
    let (reader, writer) = rmcp::transport::stdio_pipes();
    let drain = CancellationToken::new();
    watch_signals(drain.clone())?;
    serve_streams(server, reader, writer, drain, redactor).await;
    Ok(())
}

/// Serves the client that writes to `reader` and reads from `writer`, one line a message, until it goes away or `drain` is
/// cancelled, which counts as the end of input.
pub async fn serve_streams<R, W>(
    server: Server,
    reader: R,
    writer: W,
    drain: CancellationToken,
    redactor: Redactor,
) where
    R: AsyncRead + Unpin + Send + 'static,
    W: AsyncWrite + Unpin + Send + 'static,
{
    let over = CancellationToken::new();
    let traffic = Arc::new(Traffic::default());
    let transport = LineTransport::new(
        reader,
        writer,
        over.clone(),
        drain,
        redactor,
        Arc::clone(&traffic),
    );
    match server
        .until(over.clone())
        .paced_by(traffic)
        .serve_with_ct(transport, over)
        .await
    {
        Ok(service) => {
            if let Err(error) = service.waiting().await {
                tracing::warn!(error = error.to_string().as_str(), "the service ended");
            }
            // Tasks that a session leaves running would pile up in a program that serves many.
            let tasks = Handle::current().metrics().num_alive_tasks();
            tracing::info!(tasks, "the client is gone");
        }
        // A client that leaves before its first request is no error.
        // What it sent instead of opening one stays out of the log: it may be a call with a person's data.
        Err(_) => tracing::info!("the client left before it opened a session"),
    }
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

/// Windows ends the process a few seconds after its console was closed, unless it ends by itself before.
#[cfg(windows)]
fn watch_signals(drain: CancellationToken) -> io::Result<()> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
    let mut interrupt = ctrl_c()?;
    let mut stop = ctrl_break()?;
    let mut close = ctrl_close()?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = stop.recv() => {}
            _ = close.recv() => {}
        }
        drain.cancel();
    });
    Ok(())
}
