//! Filling a pack: one session after the other, several at a time, until all is there or the time is over.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use super::{
    contents::{self, Decisions, Listed},
    folder::Folder,
};
use crate::{
    didit::{Client, SessionId, SessionStatus, WorkflowId},
    tools::{
        Context,
        decisions::AT_ONCE,
        error::{ErrorCode, NotDone, ToolError},
        personal::PersonalData,
        workflows,
    },
};

/// The lines of this program's own trail.
pub(super) const OWN_LINES: &str = "own-audit-lines.jsonl";

/// What is made of each session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Decision,
    Trail,
    Report,
}

impl Part {
    /// The name of the file of a session.
    pub(super) fn file(self, session: &SessionId) -> String {
        match self {
            Self::Decision => format!("decisions/{session}.json"),
            Self::Trail => format!("trails/{session}.json"),
            Self::Report => format!("reports/{session}.pdf"),
        }
    }
}

/// The work on one pack within one call.
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) client: &'a Client,
    pub(super) folder: &'a Folder,
    pub(super) how: Decisions,
    pub(super) reports: bool,
    pub(super) level: PersonalData,
    pub(super) end: Instant,
    state: Mutex<State>,
    done: AtomicUsize,
}

#[derive(Default)]
struct State {
    /// What is missing, and why.
    missing: BTreeMap<String, String>,
    /// What of it another call may well have, and whether this one tried.
    waiting: BTreeMap<String, bool>,
    /// Parts that this key is refused, how often, and those that it got.
    refused: BTreeMap<Part, (ErrorCode, usize)>,
    worked: BTreeSet<Part>,
    /// Why the rest would fail as well.
    stopped: Option<ErrorCode>,
    /// The disk or another trouble of this machine.
    failed: Option<ToolError>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        context: &'a Context,
        client: &'a Client,
        folder: &'a Folder,
        how: Decisions,
        reports: bool,
        end: Instant,
    ) -> Self {
        Self {
            context,
            client,
            folder,
            how,
            reports,
            level: context.connection.settings().personal_data,
            end,
            state: Mutex::default(),
            done: AtomicUsize::new(0),
        }
    }

    /// Whether a report of the session belongs into the pack: it may have been finished since it was listed.
    fn wants_report(&self, listed: &Listed) -> bool {
        let told = self.folder.told_of(&listed.session_id);
        let status = told.map_or_else(|| listed.status.clone(), |told| told.status);
        let status: Option<SessionStatus> = status.parse().ok();
        self.reports && status.is_some_and(|status| status.has_report())
    }

    /// Writes what is missing of all sessions.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn run(&self, sessions: &[Listed]) -> Result<(), ToolError> {
        let all = sessions.len();
        let mut working = stream::iter(sessions.to_vec())
            .map(|listed| async move {
                self.part(Part::Decision, &listed).await;
                self.part(Part::Trail, &listed).await;
                if self.wants_report(&listed) {
                    self.part(Part::Report, &listed).await;
                }
                let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                let message = format!("Looked at {done} of {all} sessions.");
                let progress = &self.context.progress;
                progress.report(done as f64, all as f64, message);
            })
            .buffer_unordered(AT_ONCE);
        while working.next().await.is_some() {
            if let Some(failed) = self.state().failed.take() {
                return Err(failed);
            }
        }
        Ok(())
    }

    async fn part(&self, part: Part, listed: &Listed) {
        let name = part.file(&listed.session_id);
        if self.folder.has(&name) || self.state().failed.is_some() {
            return;
        }
        let hindered = {
            let state = self.state();
            let refused = state.refused.get(&part);
            // One refusal may be about one session; as many as run at once are about the key.
            let refused =
                refused.filter(|(_, times)| *times >= AT_ONCE && !state.worked.contains(&part));
            refused.map(|(code, _)| *code)
        };
        if self.is_over(&name) {
            return;
        }
        if let Some(code) = hindered {
            self.miss(name, code);
            return;
        }
        match self.fetch(part, listed).await {
            Ok(bytes) => {
                self.state().worked.insert(part);
                if let Err(error) = self.folder.write(&name, bytes).await {
                    self.state().failed.get_or_insert(error);
                }
            }
            Err(error) => {
                let mut state = self.state();
                match error.code {
                    ErrorCode::NoApiKey | ErrorCode::RateLimited | ErrorCode::Unreachable => {
                        state.stopped = Some(error.code);
                    }
                    ErrorCode::Authentication if part == Part::Decision => {
                        state.stopped = Some(error.code);
                    }
                    ErrorCode::Authentication | ErrorCode::Forbidden => {
                        let refused = state.refused.entry(part).or_insert((error.code, 0));
                        refused.1 += 1;
                    }
                    _ => {}
                }
                drop(state);
                self.miss(name, error.code);
            }
        }
    }

    async fn fetch(&self, part: Part, listed: &Listed) -> Result<Vec<u8>, ToolError> {
        let id = &listed.session_id;
        match part {
            Part::Decision => {
                let decision = self.client.decision(id).await?;
                let told = contents::told(*id, &decision, self.how, &self.context.connection);
                self.folder.note(told).await?;
                Ok(contents::decision(self.context, &decision, self.how, self.level).await)
            }
            Part::Trail => {
                let trail = self.client.trail(id).await?;
                Ok(contents::trail(&trail, self.how, self.level))
            }
            Part::Report => Ok(self.client.generate_pdf(id).await?.bytes),
        }
    }

    /// The settings of the workflows that the decisions name, as they are today.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn workflows(&self) -> Result<BTreeSet<String>, ToolError> {
        let told = self.folder.told();
        let ids: BTreeSet<String> = told
            .into_values()
            .filter_map(|told| told.workflow_id)
            .collect();
        for id in &ids {
            let name = format!("workflows/{id}.json");
            let Ok(workflow) = id.parse::<WorkflowId>() else {
                continue;
            };
            if self.folder.has(&name) || self.is_over(&name) {
                continue;
            }
            match workflows::find(self.context, workflow).await {
                Ok(workflow) => {
                    let of_today = serde_json::json!({
                        "read_at": jiff::Timestamp::now().to_string(),
                        "note": "The settings of the day on which they were read; sessions may have run under others.",
                        "workflow": workflow,
                    });
                    self.folder
                        .write(&name, contents::pretty(&of_today))
                        .await?;
                }
                Err(NotDone::Error(error)) => self.miss(name, error.code),
                Err(_) => self.miss(name, ErrorCode::InternalError),
            }
        }
        Ok(ids)
    }

    /// The lines of this program's own trail about these sessions and workflows.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) async fn own_lines(&self, ids: BTreeSet<String>) -> Result<(), ToolError> {
        let Some(trail) = self.context.connection.settings().audit_log.clone() else {
            return Ok(());
        };
        let read = tokio::task::spawn_blocking(move || contents::own_lines(&trail, &ids)).await;
        match read {
            Ok(Ok(lines)) => self.folder.write(OWN_LINES, lines).await,
            _ => {
                self.miss(OWN_LINES.to_owned(), ErrorCode::File);
                Ok(())
            }
        }
    }

    /// What is missing, and why.
    pub(super) fn missing(&self) -> BTreeMap<String, String> {
        self.state().missing.clone()
    }

    /// What of it the next call makes or tries, and whether this call tried.
    pub(super) fn waiting(&self) -> BTreeMap<String, bool> {
        self.state().waiting.clone()
    }

    /// How many files are still to be made.
    pub(super) fn left(&self) -> usize {
        self.state().waiting.len()
    }

    /// Why the rest was not tried.
    pub(super) fn stopped(&self) -> Option<ErrorCode> {
        self.state().stopped
    }

    /// Whether nothing more is tried, for which the file then waits.
    fn is_over(&self, name: &str) -> bool {
        let mut state = self.state();
        let why = match state.stopped {
            Some(code) => code.to_string(),
            None if Instant::now() >= self.end => {
                "not yet: the time of this call was over".to_owned()
            }
            None => return false,
        };
        let is_stopped = state.stopped.is_some();
        state.waiting.insert(name.to_owned(), is_stopped);
        state.missing.insert(name.to_owned(), why);
        true
    }

    fn miss(&self, name: String, code: ErrorCode) {
        let mut state = self.state();
        // What stopped the rest may pass, as an operator sets another key.
        if code.passes() || state.stopped == Some(code) {
            state.waiting.insert(name.clone(), true);
        }
        state.missing.insert(name, code.to_string());
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
