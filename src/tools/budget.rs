//! The time that one call may take in all.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{
    connection::ConnectionSettings,
    operations::{audit_pack, rehearse, wait as agreed},
    sessions::{report, wait},
};

/// The client gives a report twice the time; the call must outlive that to tell what happened.
const REPORT_MARGIN: Duration = Duration::from_secs(5);

impl ConnectionSettings {
    /// The time that a call of `tool` with `arguments` may take in all.
    pub fn budget_of(&self, tool: &str, arguments: Option<&Map<String, Value>>) -> Duration {
        match tool {
            wait::TOOL => self.timeout + wait::agreed_wait(arguments),
            // They read many things side by side, and must outlive the one that takes longest to tell of the others.
            "didit_review_queue"
            | "didit_session_stats"
            | "didit_session_follow_up"
            | "didit_workflow_what_if"
            | "didit_duplicates" => self.timeout * 2,
            // A request that is under way when the time is over ends by its own.
            rehearse::TOOL | audit_pack::TOOL => self.timeout * 3 + agreed::agreed_wait(arguments),
            // Reports are rendered on request and can take many seconds.
            report::TOOL => self.timeout * 2 + REPORT_MARGIN,
            _ => self.timeout,
        }
    }
}
