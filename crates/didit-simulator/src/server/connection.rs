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

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A handle on one connection, given to every request that came over it.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub peer: SocketAddr,
    broken: Arc<AtomicBool>,
}

impl Connection {
    pub fn new(peer: SocketAddr) -> Self {
        Self {
            peer,
            broken: Arc::default(),
        }
    }

    /// The stream of this connection, which breaks when it is told to.
    pub fn over(self, stream: TcpStream) -> Socket {
        Socket {
            stream,
            broken: self.broken,
        }
    }

    /// Makes the next write, or the end of the connection, a reset.
    pub fn reset(&self) {
        self.broken.store(true, Ordering::Release);
    }
}

/// A socket that can be told to break.
pub struct Socket {
    stream: TcpStream,
    broken: Arc<AtomicBool>,
}

impl Socket {
    fn check(&self) -> io::Result<()> {
        if !self.broken.load(Ordering::Acquire) {
            return Ok(());
        }
        // Without lingering the close below becomes a reset; where that fails the client still sees a closed socket.
        let _ignored = self.stream.set_zero_linger();
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
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
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
