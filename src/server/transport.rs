//! Newline-delimited JSON over two streams, bounded, and answering what it cannot read.
//!
//! The SDK's own transport drops malformed lines in silence, so a caller waits for its time-out; here
//! every line that can be told apart gets an error. Lines are capped, and a reader that went away ends
//! the process instead of leaving it to work for nobody.

use std::{future::Future, io, sync::Arc, time::Duration};

use rmcp::{
    RoleServer,
    model::{
        ClientNotification, ClientRequest, ErrorCode, ErrorData, GetMeta, JsonRpcMessage,
        ProtocolVersion, RequestId,
    },
    service::{RxJsonRpcMessage, TxJsonRpcMessage},
    transport::Transport,
};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    sync::Mutex,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

use super::{
    message::{self, Refusal},
    overlong::Overlong,
    traffic::Traffic,
};
use crate::redact::Redactor;

/// The longest line taken: room for a 2 MB portrait in base64, far from exhausting memory.
pub const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;

/// What is read at once: more than most lines have, and little to set aside at start.
const READ_BYTES: usize = 16 * 1024;
/// How long calls in flight may take after the end of input.
const LAST_CALLS: Duration = Duration::from_millis(1500);
/// How long the last lines may take to leave.
const CLOSING: Duration = Duration::from_secs(1);

/// JSON-RPC lines over a reader and a writer.
pub(super) struct LineTransport<R, W> {
    reader: BufReader<R>,
    line: Vec<u8>,
    /// A line that is too long, as it goes by.
    overlong: Option<Overlong>,
    opened: bool,
    max_line_bytes: usize,
    writer: Arc<Mutex<Option<W>>>,
    over: CancellationToken,
    drain: CancellationToken,
    redactor: Redactor,
    traffic: Arc<Traffic>,
    /// Answers to lines that could not be read, on their way out.
    refusals: JoinSet<io::Result<()>>,
}

impl<R, W> LineTransport<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    /// A transport that ends its input, as at end of file, when `drain` is cancelled. It cancels `over` when
    /// nobody reads its output any more, and a moment after the end of input: what is not answered then
    /// never will be.
    pub fn new(
        reader: R,
        writer: W,
        over: CancellationToken,
        drain: CancellationToken,
        redactor: Redactor,
        traffic: Arc<Traffic>,
    ) -> Self {
        Self {
            reader: BufReader::with_capacity(READ_BYTES, reader),
            line: Vec::new(),
            overlong: None,
            opened: false,
            max_line_bytes: MAX_LINE_BYTES,
            writer: Arc::new(Mutex::new(Some(writer))),
            over,
            drain,
            redactor,
            traffic,
            refusals: JoinSet::new(),
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        let error = ErrorData::new(refusal.code, refusal.message, None);
        let refusal = self.send(TxJsonRpcMessage::<RoleServer>::error(error, refusal.id));
        while self.refusals.try_join_next().is_some() {}
        self.refusals.spawn(refusal);
    }

    /// Reads to the next message that can be served; `None` at the end of input.
    async fn next_message(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            tokio::select! {
                () = self.traffic.room() => {}
                () = self.drain.cancelled() => return None,
            }
            let line = self.next_line().await?;
            let text = line.trim_ascii();
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
            if text.is_empty() {
                continue;
            }
            match message::read(text) {
                // The SDK ends the session on anything but a request before it is open.
                Ok(message) if !self.opened && !matches!(message, JsonRpcMessage::Request(_)) => {}
                Ok(message) => {
                    self.opened |= opens(&message);
                    if self.admits(&message) {
                        return Some(message);
                    }
                    // An answer with this id would be taken for the other request's, so it carries none.
                    self.refuse(Refusal {
                        code: ErrorCode::INVALID_REQUEST,
                        message: "a request with this id is still being served".into(),
                        id: None,
                    });
                }
                Err(refusal) => match unreadable_answer(text) {
                    Some(answer) => return Some(answer),
                    None => self.refuse(refusal),
                },
            }
        }
    }

    /// Calls in flight get a moment to answer; then they are dropped, because nobody can ask for more.
    fn end_soon(&self) {
        let over = self.over.clone();
        tokio::spawn(async move {
            tokio::time::sleep(LAST_CALLS).await;
            over.cancel();
        });
    }

    /// Keeps count of open requests; false for one whose id is in use.
    fn admits(&self, message: &RxJsonRpcMessage<RoleServer>) -> bool {
        match message {
            JsonRpcMessage::Request(request) => self.traffic.opened(&request.id),
            JsonRpcMessage::Notification(notification) => {
                // A cancelled request gets no answer, so this is its end.
                if let ClientNotification::CancelledNotification(cancelled) =
                    &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    drop(self.traffic.closed(id));
                }
                true
            }
            _ => true,
        }
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
                    if let Some(overlong) = self.overlong.take() {
                        self.refuse_overlong(&overlong);
                    }
                    // A client that sends a request and closes at once may omit the last newline.
                    let last = std::mem::take(&mut self.line);
                    return Some(last).filter(|last| !last.is_empty());
                }
                let end = chunk.iter().position(|byte| *byte == b'\n');
                let used = end.map_or(chunk.len(), |index| index + 1);
                let piece = chunk.get(..used).unwrap_or_default();
                match &mut self.overlong {
                    Some(overlong) => overlong.goes_on(piece),
                    None => self.line.extend_from_slice(piece),
                }
                (used, end.is_some())
            };
            // There is no await between the copy and this, so a dropped future loses nothing.
            self.reader.consume(used);
            if self.line.len() > self.max_line_bytes {
                self.overlong = Some(Overlong::new(&std::mem::take(&mut self.line)));
            }
            if whole {
                match self.overlong.take() {
                    None => return Some(std::mem::take(&mut self.line)),
                    Some(overlong) => self.refuse_overlong(&overlong),
                }
            }
        }
    }

    fn refuse_overlong(&mut self, overlong: &Overlong) {
        self.refuse(Refusal {
            code: ErrorCode::INVALID_REQUEST,
            message: "message too large".into(),
            id: overlong.id(),
        });
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
        let (writer, over) = (Arc::clone(&self.writer), self.over.clone());
        let (redactor, traffic) = (self.redactor.clone(), Arc::clone(&self.traffic));
        async move {
            // Everything that leaves passes here: results, errors, progress and questions alike.
            let mut line =
                redactor.json_line(serde_json::to_vec(&message).map_err(io::Error::other)?);
            line.push(b'\n');
            let _waiting = Waiting::new(&traffic, line.len());
            // The place of the answer is free once the answer is written, or never will be.
            let _place = answered(&message).and_then(|id| traffic.closed(id));
            drop(message);
            let writing = async {
                let mut writer = writer.lock().await;
                let Some(writer) = writer.as_mut() else {
                    return Err(io::ErrorKind::NotConnected.into());
                };
                writer.write_all(&line).await?;
                writer.flush().await
            };
            let written = tokio::select! {
                biased;
                written = writing => written,
                // A client that stopped reading would hold this for ever.
                () = over.cancelled() => Err(io::ErrorKind::BrokenPipe.into()),
            };
            if written.is_err() {
                over.cancel();
            }
            written
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let message = self.next_message().await;
        if message.is_none() {
            self.end_soon();
            // The SDK waits for the calls that it knows of, and closes then. A client that does not read ends this with `over`.
            while self.refusals.join_next().await.is_some() {}
        }
        message
    }

    async fn close(&mut self) -> Result<(), io::Error> {
        // A client that stopped reading may block a write for ever; the end must not wait for it.
        let closed = tokio::time::timeout(CLOSING, async {
            match self.writer.lock().await.take() {
                Some(mut writer) => writer.shutdown().await,
                None => Ok(()),
            }
        });
        closed.await.unwrap_or(Ok(()))
    }
}

/// A malformed response of the client, as an error, so that whoever asked does not wait for ever.
fn unreadable_answer(line: &[u8]) -> Option<RxJsonRpcMessage<RoleServer>> {
    let value: Value = serde_json::from_slice(line).ok()?;
    let is_answer = value.get("result").is_some() || value.get("error").is_some();
    if !is_answer || value.get("method").is_some() {
        return None;
    }
    let id = serde_json::from_value(value.get("id")?.clone()).ok()?;
    let error = ErrorData::invalid_request("the answer cannot be read", None);
    Some(JsonRpcMessage::error(error, Some(id)))
}

/// Whether the SDK opens its session on this message: an `initialize`, or a request of the newer protocol with all that such
/// a request carries. It answers others without opening.
fn opens(message: &RxJsonRpcMessage<RoleServer>) -> bool {
    let JsonRpcMessage::Request(request) = message else {
        return false;
    };
    match &request.request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        request => {
            let meta = request.get_meta();
            meta.missing_required_keys(&ProtocolVersion::V_2026_07_28)
                .is_empty()
                && meta
                    .protocol_version()
                    .is_some_and(|version| ProtocolVersion::KNOWN_VERSIONS.contains(&version))
        }
    }
}

/// The request that a message answers.
fn answered(message: &TxJsonRpcMessage<RoleServer>) -> Option<&RequestId> {
    match message {
        JsonRpcMessage::Response(response) => Some(&response.id),
        JsonRpcMessage::Error(error) => error.id.as_ref(),
        _ => None,
    }
}

/// Bytes on their way out; gone again however the writing ends.
struct Waiting<'a> {
    traffic: &'a Traffic,
    bytes: usize,
}

impl<'a> Waiting<'a> {
    fn new(traffic: &'a Traffic, bytes: usize) -> Self {
        traffic.waiting(bytes);
        Self { traffic, bytes }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.traffic.written(self.bytes);
    }
}
