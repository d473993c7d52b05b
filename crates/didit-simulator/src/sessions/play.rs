//! What moves a session: the person opening the link and finishing, time passing, and the events that tell about it.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Session, Status, Step, StepStatus};
use crate::{
    Mode, decision,
    scenarios::{self, Scenario},
    state::{State, later},
    webhooks,
};

impl State {
    /// Expires what has run out of time; called before anything is looked at.
    pub(crate) fn let_time_pass(&mut self) {
        let now = self.now();
        let due: Vec<(Uuid, Status)> = self
            .sessions
            .iter()
            .filter_map(|session| overdue(session, now).map(|status| (session.id, status)))
            .collect();
        for (id, status) in due {
            set_status(self, id, status);
        }
    }
}

fn overdue(session: &Session, now: Timestamp) -> Option<Status> {
    match session.status {
        Status::NotStarted if session.expires_at <= now => Some(Status::Expired),
        Status::InProgress | Status::AwaitingUser | Status::Resubmitted
            if session.expires_at <= now =>
        {
            Some(Status::Abandoned)
        }
        Status::Approved => {
            let expires = session.result("OCR")?.get("expiration_date")?.as_str()?;
            (expires < now.to_string().as_str()).then_some(Status::KycExpired)
        }
        _ => None,
    }
}

/// The person opens the link.
pub(crate) fn start(state: &mut State, id: Uuid) {
    let startable = state
        .session(id)
        .is_some_and(|session| matches!(session.status, Status::NotStarted | Status::Resubmitted));
    if startable {
        set_status(state, id, Status::InProgress);
    }
}

/// The person goes through every open step. Without a `scenario` the armed one is played, or else an approval.
pub(crate) fn finish(state: &mut State, id: Uuid, scenario: Option<&'static Scenario>) {
    start(state, id);
    let Some(session) = state
        .session_mut(id)
        .filter(|session| session.status.is_unfinished())
    else {
        return;
    };
    let armed = session.scenario.take();
    let price = session.price;
    let charged = session.environment == Mode::Live;
    let application = session.application;
    run_open_steps(
        state,
        id,
        scenario.or(armed).unwrap_or_else(scenarios::approval),
    );
    if let (true, Some(balance)) = (charged, state.balance_mut(application)) {
        *balance -= price;
    }
    conclude(state, id);
}

/// Runs the steps that have no result yet.
pub(crate) fn run_open_steps(state: &mut State, id: Uuid, scenario: &'static Scenario) {
    let Some(mut session) = state.session(id).cloned() else {
        return;
    };
    let open: Vec<usize> = session
        .steps
        .iter()
        .enumerate()
        .filter(|(_, step)| step.status == StepStatus::NotFinished)
        .map(|(position, _)| position)
        .collect();
    for position in open {
        let Some(step) = session.steps.get(position) else {
            continue;
        };
        let (status, result) = decision::run(state, &session, &step.feature, scenario);
        let stops = result
            .get("warnings")
            .and_then(serde_json::Value::as_array)
            .is_some_and(|warnings| {
                warnings.iter().any(|warning| {
                    warning.get("risk").and_then(serde_json::Value::as_str)
                        == Some("COULD_NOT_RECOGNIZE_DOCUMENT")
                })
            });
        if let Some(step) = session.steps.get_mut(position) {
            step.status = status;
            step.result = Some(result);
        }
        // Nothing can be compared with a document nobody could read.
        if stops {
            break;
        }
    }
    if let Some(stored) = state.session_mut(id) {
        stored.steps = session.steps;
    }
}

/// Gives the session the status its steps add up to.
pub(crate) fn conclude(state: &mut State, id: Uuid) {
    let Some(session) = state.session(id) else {
        return;
    };
    let any = |status| {
        session
            .steps
            .iter()
            .any(|step: &Step| step.status == status)
    };
    let status = if any(StepStatus::Declined) {
        Status::Declined
    } else if any(StepStatus::InReview) {
        Status::InReview
    } else {
        Status::Approved
    };
    set_status(state, id, status);
}

/// Changes the status and tells the webhooks. The time to finish starts anew when steps are asked for again.
pub(crate) fn set_status(state: &mut State, id: Uuid, status: Status) {
    let now = state.now();
    let Some(session) = state.session_mut(id) else {
        return;
    };
    if status == Status::Resubmitted {
        session.expires_at = later(now, session.lifetime);
    }
    session.status = status;
    announce(state, id);
}

/// Tells the webhooks the session's status.
pub(crate) fn announce(state: &mut State, id: Uuid) {
    webhooks::announce_status(state, id);
}
