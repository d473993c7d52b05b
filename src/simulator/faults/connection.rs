//! Connections that a handler can cut off without an answer.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// A handle on one connection, given to every request that came over it.
#[derive(Clone, Debug)]
pub(in crate::simulator) struct Connection {
    pub(in crate::simulator) peer: SocketAddr,
    broken: Arc<AtomicBool>,
}

impl Connection {
    /// Makes the next write, or the end of the connection, a reset.
    pub(in crate::simulator) fn reset(&self) {
        self.broken.store(true, Ordering::Release);
    }
}

pub(in crate::simulator) struct Listener(pub(in crate::simulator) TcpListener);

/// A socket that can be told to break.
pub(in crate::simulator) struct Socket {
    stream: TcpStream,
    broken: Arc<AtomicBool>,
}

impl axum::serve::Listener for Listener {
    type Io = Socket;
    type Addr = Connection;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, peer) = axum::serve::Listener::accept(&mut self.0).await;
        let broken = Arc::new(AtomicBool::new(false));
        let connection = Connection {
            peer,
            broken: Arc::clone(&broken),
        };
        (Socket { stream, broken }, connection)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Connection {
            peer: self.0.local_addr()?,
            broken: Arc::default(),
        })
    }
}

impl Connected<IncomingStream<'_, Listener>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.remote_addr().clone()
    }
}

impl Socket {
    fn broken(&self) -> Option<io::Error> {
        if !self.broken.load(Ordering::Acquire) {
            return None;
        }
        // Without lingering the close below becomes a reset; where that fails the client still sees a closed socket.
        let _ignored = self.stream.set_zero_linger();
        Some(io::Error::from(io::ErrorKind::ConnectionReset))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Some(error) = self.broken() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(error) = self.broken() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(error) = self.broken() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
