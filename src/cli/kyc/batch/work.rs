//! Working through the rows: several at once, each journalled before and after, stopping in order.

use std::{
    cell::{Cell, RefCell},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use serde_json::{Map, Value};

use super::{
    high_water_mark::HighWaterMark,
    journal::{Journal, Session, State},
    reconcile::reconcile,
    rows::{Row, TOOL, Table},
};
use crate::{
    cli::{output::data, progress::Bar, runner::Runner},
    tools::{ErrorCode, Progress, ToolError},
};

/// Consecutive failures that no row caused, after which the rest would fail too.
const MOST_IN_A_ROW: u32 = 20;

/// How often a row looks whether it waits for Didit's limit.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// One run over the file.
pub(super) struct Batch<'a> {
    pub(super) runner: &'a Runner,
    pub(super) table: &'a Table,
    pub(super) journal: &'a Journal,
    pub(super) workflow_id: &'a str,
    pub(super) newest: &'a HighWaterMark,
    pub(super) concurrency: usize,
    /// Whether people who were approved already are invited again.
    pub(super) again: bool,
}

/// What came of a run.
#[derive(Default)]
pub(super) struct Tally {
    /// Rows of the file.
    pub(super) rows: usize,
    /// Sessions that this run made, or found to have been made by an earlier one.
    pub(super) created: usize,
    /// Sessions that were unfinished already.
    pub(super) reused: usize,
    /// Rows that an earlier run had finished.
    pub(super) done_before: usize,
    /// Rows that certainly have no session.
    pub(super) failures: Vec<Failure>,
    /// Rows that were not sent, or whose answer is not known.
    pub(super) open: usize,
    /// Whether somebody stopped it.
    pub(super) interrupted: bool,
    /// Why it stopped by itself, when the rest would have failed too.
    pub(super) stopped: Option<String>,
}

/// A row without a session.
pub(super) struct Failure {
    pub(super) line: u64,
    pub(super) vendor_data: String,
    pub(super) code: ErrorCode,
    pub(super) message: String,
}

/// What rows under way share.
struct Shared {
    tally: RefCell<Tally>,
    /// No more rows are begun.
    stopping: Cell<bool>,
    in_a_row: Cell<u32>,
    /// A failure of this machine, which ends the run.
    broken: RefCell<Option<ToolError>>,
    bar: Bar,
}

impl Tally {
    /// Whether every row has its session.
    pub(super) fn is_complete(&self) -> bool {
        self.failures.is_empty() && self.open == 0
    }
}

impl Batch<'_> {
    /// Works through all rows that have no session yet.
    ///
    /// # Errors
    /// When the journal cannot be written: nothing may be sent then.
    pub(super) async fn run(&self) -> Result<Tally, ToolError> {
        let waiting: Vec<&Row> = self
            .table
            .rows
            .iter()
            .filter(|row| !matches!(self.journal.state(&row.vendor_data), Some(State::Done(_))))
            .collect();
        let shared = Shared {
            tally: RefCell::new(Tally {
                rows: self.table.rows.len(),
                done_before: self.table.rows.len() - waiting.len(),
                ..Tally::default()
            }),
            stopping: Cell::new(false),
            in_a_row: Cell::new(0),
            broken: RefCell::new(None),
            bar: Bar::start(waiting.len()),
        };
        self.pass(&waiting, &shared).await;
        // What was left open has had time to arrive at Didit.
        let open: Vec<&Row> = waiting
            .iter()
            .copied()
            .filter(|row| self.journal.state(&row.vendor_data) == Some(State::Open))
            .collect();
        self.pass(&open, &shared).await;
        drop(shared.bar);
        if let Some(error) = shared.broken.into_inner() {
            return Err(error);
        }
        let mut tally = shared.tally.into_inner();
        tally.open =
            tally.rows - tally.done_before - tally.created - tally.reused - tally.failures.len();
        Ok(tally)
    }

    async fn pass(&self, rows: &[&Row], shared: &Shared) {
        let work = stream::iter(rows)
            .map(|row| self.row(row, shared))
            .buffer_unordered(self.concurrency)
            .for_each(|()| async {});
        tokio::pin!(work);
        tokio::select! {
            () = &mut work => return,
            () = interruption() => {}
        }
        shared.stopping.set(true);
        shared.tally.borrow_mut().interrupted = true;
        shared.bar.aside(|| {
            drop(self.runner.output().note(
                "Stopping: rows under way are finished and saved. Ctrl-C again stops at once; that is safe too.",
            ));
        });
        tokio::select! {
            () = &mut work => {}
            () = interruption() => {}
        }
    }

    async fn row(&self, row: &Row, shared: &Shared) {
        if shared.stopping.get() {
            return;
        }
        let waiting = Arc::new(Waiting::default());
        let outcome = tokio::select! {
            outcome = self.session(row, shared, Arc::clone(&waiting)) => outcome,
            // It was not sent yet, and stays open for the next run.
            () = shared.drops(&waiting) => return,
        };
        match outcome {
            Ok(Some((session, reused))) => {
                if let Err(error) = self.journal.done(&row.vendor_data, session).await {
                    return shared.breaks(error);
                }
                shared.in_a_row.set(0);
                let mut tally = shared.tally.borrow_mut();
                if reused {
                    tally.reused += 1;
                } else {
                    tally.created += 1;
                }
                shared.bar.step();
            }
            Ok(None) => {}
            Err(error) => shared.fails(self.journal, row, error).await,
        }
    }

    /// The session of a row, and whether it was there before the batch; `None` when the run is broken.
    async fn session(
        &self,
        row: &Row,
        shared: &Shared,
        waiting: Arc<Waiting>,
    ) -> Result<Option<(Session, bool)>, ToolError> {
        if self.journal.state(&row.vendor_data) == Some(State::Open) {
            let found = reconcile(self.runner, &row.vendor_data, self.workflow_id, self.newest)
                .await
                // Not knowing is no failure of the row: it stays open.
                .map_err(|error| ToolError {
                    code: if error.leaves_open() {
                        error.code
                    } else {
                        ErrorCode::Unavailable
                    },
                    ..error
                })?;
            if let Some(session) = found {
                return Ok(Some((session, false)));
            }
        } else if let Err(error) = self.journal.intend(&row.vendor_data).await {
            shared.breaks(error);
            return Ok(None);
        }
        let mut arguments: Map<String, Value> = row.arguments.clone();
        arguments.insert("workflow_id".into(), self.workflow_id.into());
        let answer = self
            .runner
            .call_in_plan(TOOL, Value::Object(arguments), self.again, waiting)
            .await?;
        let made = data(&answer);
        let text = |name: &str| made.get(name).and_then(Value::as_str).map(str::to_owned);
        let session = Session {
            session_id: text("session_id").unwrap_or_default(),
            session_url: text("url"),
            status: text("status").unwrap_or_default(),
        };
        Ok(Some((session, made.get("reused") == Some(&true.into()))))
    }
}

/// Until when one row's request waits for Didit's limit.
#[derive(Default)]
struct Waiting {
    until: Mutex<Option<Instant>>,
}

impl Waiting {
    fn until(&self) -> Option<Instant> {
        *self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Waiting {
    fn report(&self, _waited: f64, _total: f64, _message: String) {}

    fn waits_for_limit(&self, time: Duration) {
        let until = Some(Instant::now() + time);
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

impl Shared {
    /// Returns when the run is interrupted while this row only waits for its turn. Meanwhile the bar says how long that takes.
    async fn drops(&self, waiting: &Waiting) {
        let mut tick = tokio::time::interval(BETWEEN_LOOKS);
        loop {
            let until = waiting.until().filter(|until| *until > Instant::now());
            if let Some(until) = until {
                if self.stopping.get() {
                    return;
                }
                self.bar.waits(until);
            }
            tick.tick().await;
        }
    }

    fn breaks(&self, error: ToolError) {
        self.stopping.set(true);
        self.broken.borrow_mut().get_or_insert(error);
    }

    async fn fails(&self, journal: &Journal, row: &Row, error: ToolError) {
        self.in_a_row.set(if error.code.is_transient() {
            self.in_a_row.get() + 1
        } else {
            0
        });
        let hits_all = matches!(
            error.code,
            ErrorCode::Authentication
                | ErrorCode::NoApiKey
                | ErrorCode::OutOfCredit
                | ErrorCode::CredentialsFile
        );
        if hits_all || self.in_a_row.get() >= MOST_IN_A_ROW {
            self.stopping.set(true);
            let mut tally = self.tally.borrow_mut();
            tally.stopped.get_or_insert_with(|| error.in_full());
        }
        if error.leaves_open() {
            return;
        }
        let message = error.in_full();
        if let Err(error) = journal.failed(&row.vendor_data, &message).await {
            return self.breaks(error);
        }
        self.tally.borrow_mut().failures.push(Failure {
            line: row.line,
            vendor_data: row.vendor_data.clone(),
            code: error.code,
            message,
        });
        self.bar.step();
    }
}

/// Returns when somebody wants the run to end.
#[cfg(unix)]
async fn interruption() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Returns when somebody wants the run to end.
#[cfg(windows)]
async fn interruption() {
    use tokio::signal::windows::{ctrl_break, ctrl_close};
    let (Ok(mut stop), Ok(mut close)) = (ctrl_break(), ctrl_close()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = stop.recv() => {}
        _ = close.recv() => {}
    }
}
