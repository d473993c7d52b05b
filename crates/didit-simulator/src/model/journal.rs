//! What the simulator notes for the developer who uses it, and the faults they ordered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::values::{Object, micros, plain};

/// An e-mail the simulator would have sent.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub code: Option<String>,
    pub sent_at: Timestamp,
}

impl Mail {
    pub fn show(&self) -> Value {
        json!({ "to": self.to, "subject": self.subject, "code": self.code, "sent_at": micros(self.sent_at) })
    }
}

/// A request of the API as it came in.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
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

impl RecordedRequest {
    pub fn show(&self) -> Value {
        json!({
            "n": self.number,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "received_at": micros(self.received_at),
            "status": self.status,
            "fault": self.fault,
            "headers": self.headers,
            "body": self.body,
        })
    }
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
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

impl FaultKind {
    /// The word for it in control requests.
    pub fn name(self) -> String {
        plain(&json!(self))
    }
}

/// A fault and the requests it waits for.
#[derive(Clone, Debug, Deserialize)]
pub struct Fault {
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

impl Fault {
    pub fn show(&self) -> Value {
        json!({ "kind": self.kind, "method": self.method, "path_prefix": self.path_prefix, "times": self.times })
    }
}
