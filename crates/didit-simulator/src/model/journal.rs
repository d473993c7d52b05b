//! What the simulator notes for the developer who uses it, and the faults they ordered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::values::Object;

/// An e-mail the simulator would have sent.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mail {
    pub to: String,
    pub subject: String,
    pub code: Option<String>,
    pub sent_at: Timestamp,
}

/// A request of the API as it came in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct RecordedRequest {
    pub number: u64,
    pub received_at: Timestamp,
    pub method: String,
    pub path: String,
    /// The status it was answered with, once it was.
    pub status: Option<u16>,
    /// The fault that took the place of its answer.
    pub fault: Option<FaultKind>,
    pub query: String,
    pub headers: Object,
    pub body: String,
    /// How many bytes came.
    pub bytes: usize,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// A chosen status and body.
    Status,
    /// The connection is reset before a byte of the answer.
    Reset,
    /// No answer ever.
    Stall,
    /// Half of the promised body, then the end of the connection.
    Truncate,
    /// Half of the promised body, then a reset of the connection.
    ResetMidBody,
    /// Status 200 and the JSON content type around text that is not JSON.
    NotJson,
    /// A gateway's HTML page.
    Html,
    /// The right status without a body.
    Empty,
    /// 50 MB of text.
    Huge,
    /// A redirect to another path.
    Redirect,
    /// One byte at a time.
    Trickle,
    /// An error that quotes the whole request, credentials included, as some proxies' pages do.
    Echo,
}

/// A fault and the requests it waits for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Fault {
    pub kind: FaultKind,
    pub method: Option<String>,
    #[serde(default)]
    pub path_prefix: String,
    pub status: Option<u16>,
    pub body: Option<Value>,
    #[serde(default)]
    pub headers: Object,
    /// How many more requests it hits; 0 is until removed.
    #[serde(default = "once")]
    pub times: u64,
    #[serde(default)]
    pub delay_ms: u64,
}

fn once() -> u64 {
    1
}
