//! Newline-delimited JSON over two streams, bounded, and answering what it cannot read.
//!
//! The SDK's own transport drops malformed lines in silence, so a caller waits for its time-out; here
//! every line that can be told apart gets an error. Lines are capped, and a reader that went away ends
//! the process instead of leaving it to work for nobody.

use std::{future::Future, io, sync::Arc};

use rmcp::{
    RoleServer,
    model::{ErrorCode, ErrorData, JsonRpcMessage, RequestId},
    service::{RxJsonRpcMessage, TxJsonRpcMessage},
    transport::Transport,
};
use serde_json::Value;

use crate::redact::Redactor;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    sync::Mutex,
};
use tokio_util::sync::CancellationToken;

/// The longest line taken: room for a 2 MB portrait in base64, far from exhausting memory.
pub const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// JSON-RPC lines over a reader and a writer.
pub struct LineTransport<R, W> {
    reader: BufReader<R>,
    line: Vec<u8>,
    skipping: bool,
    opened: bool,
    max_line_bytes: usize,
    writer: Arc<Mutex<Option<W>>>,
    reader_gone: CancellationToken,
    drain: CancellationToken,
    redactor: Redactor,
}

impl<R, W> LineTransport<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    /// A transport that cancels `reader_gone` when nobody reads its output any more, and that ends its
    /// input, as at end of file, when `drain` is cancelled.
    pub fn new(
        reader: R,
        writer: W,
        reader_gone: CancellationToken,
        drain: CancellationToken,
        redactor: Redactor,
    ) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            line: Vec::new(),
            skipping: false,
            opened: false,
            max_line_bytes: MAX_LINE_BYTES,
            writer: Arc::new(Mutex::new(Some(writer))),
            reader_gone,
            drain,
            redactor,
        }
    }

    fn refuse(&mut self, code: ErrorCode, message: &'static str, line: Option<&[u8]>) {
        // A line that is JSON may still carry the id of a request whose caller waits.
        let id = line
            .and_then(|line| serde_json::from_slice::<Value>(line).ok())
            .and_then(|value| serde_json::from_value::<RequestId>(value.get("id")?.clone()).ok());
        let error = ErrorData::new(code, message, None);
        tokio::spawn(self.send(TxJsonRpcMessage::<RoleServer>::error(error, id)));
    }

    /// Reads to the next end of line; `None` at the end of input.
    async fn next_line(&mut self) -> Option<Vec<u8>> {
        loop {
            let (used, whole) = {
                let chunk = tokio::select! {
                    chunk = self.reader.fill_buf() => chunk.ok()?,
                    () = self.drain.cancelled() => return None,
                };
                if chunk.is_empty() {
                    return None;
                }
                let end = chunk.iter().position(|byte| *byte == b'\n');
                let used = end.map_or(chunk.len(), |index| index + 1);
                if !self.skipping {
                    self.line
                        .extend_from_slice(chunk.get(..used).unwrap_or_default());
                }
                (used, end.is_some())
            };
            // There is no await between the copy and this, so a dropped future loses nothing.
            self.reader.consume(used);
            if !self.skipping && self.line.len() > self.max_line_bytes {
                self.line = Vec::new();
                self.skipping = true;
                self.refuse(ErrorCode::INVALID_REQUEST, "message too large", None);
            }
            if whole {
                let line = std::mem::take(&mut self.line);
                if !std::mem::take(&mut self.skipping) {
                    return Some(line);
                }
            }
        }
    }
}

impl<R, W> Transport<RoleServer> for LineTransport<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let (writer, reader_gone) = (Arc::clone(&self.writer), self.reader_gone.clone());
        let redactor = self.redactor.clone();
        async move {
            // Everything that leaves passes here: results, errors, progress and questions alike.
            let mut line =
                redactor.json_line(serde_json::to_vec(&message).map_err(io::Error::other)?);
            line.push(b'\n');
            let mut writer = writer.lock().await;
            let Some(writer) = writer.as_mut() else {
                return Err(io::ErrorKind::NotConnected.into());
            };
            let written = async {
                writer.write_all(&line).await?;
                writer.flush().await
            }
            .await;
            if written.is_err() {
                reader_gone.cancel();
            }
            written
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let line = self.next_line().await?;
            let text = line.trim_ascii();
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
            if text.is_empty() {
                continue;
            }
            match serde_json::from_slice::<RxJsonRpcMessage<RoleServer>>(text) {
                // The SDK ends the process on a notification before the first request.
                Ok(JsonRpcMessage::Notification(_)) if !self.opened => {}
                Ok(message) => {
                    self.opened = true;
                    return Some(message);
                }
                Err(error) if error.is_data() => {
                    self.refuse(ErrorCode::INVALID_REQUEST, "invalid request", Some(text));
                }
                Err(_) => self.refuse(ErrorCode::PARSE_ERROR, "parse error", None),
            }
        }
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        if let Some(mut writer) = self.writer.lock().await.take() {
            writer.shutdown().await?;
        }
        Ok(())
    }
}
