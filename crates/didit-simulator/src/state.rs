//! Everything the simulator remembers, behind one lock.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Mode, Options,
    auth::{
        Account, Token,
        applications::{Application, Organization},
    },
    billing::Checkout,
    control::RecordedRequest,
    faults::Fault,
    lists::List,
    rate_limit::RateLimits,
    sessions::Session,
    webhooks::Webhooks,
    workflows::Workflow,
};

/// An e-mail the simulator would have sent.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) code: Option<String>,
    pub(super) sent_at: Timestamp,
}

#[derive(Debug)]
pub(super) struct State {
    options: Options,
    clock: SignedDuration,
    /// Where the simulator is reached, without a trailing slash.
    pub(super) origin: String,
    pub(super) legacy: bool,
    pub(super) mode: Mode,
    pub(super) organizations: Vec<Organization>,
    pub(super) applications: Vec<Application>,
    pub(super) accounts: Vec<Account>,
    pub(super) tokens: Vec<Token>,
    pub(super) inbox: Vec<Mail>,
    pub(super) workflows: Vec<Workflow>,
    pub(super) sessions: Vec<Session>,
    pub(super) checkouts: Vec<Checkout>,
    pub(super) lists: Vec<List>,
    pub(super) webhooks: Webhooks,
    pub(super) requests: VecDeque<RecordedRequest>,
    pub(super) requests_seen: u64,
    /// Requests of the API that came and have no answer yet.
    pub(super) requests_open: usize,
    pub(super) faults: Vec<Fault>,
    /// `None` where any number of requests is taken.
    pub(super) limits: Option<RateLimits>,
    sessions_created: i64,
}

impl State {
    pub(super) fn new(origin: String, options: &Options) -> Self {
        let mut state = Self {
            options: options.clone(),
            clock: SignedDuration::ZERO,
            origin,
            legacy: options.legacy,
            mode: options.mode,
            organizations: Vec::new(),
            applications: Vec::new(),
            accounts: Vec::new(),
            tokens: Vec::new(),
            inbox: Vec::new(),
            workflows: Vec::new(),
            sessions: Vec::new(),
            checkouts: Vec::new(),
            lists: Vec::new(),
            webhooks: Webhooks::default(),
            requests: VecDeque::new(),
            requests_seen: 0,
            requests_open: 0,
            faults: Vec::new(),
            limits: options.rate_limits.then(RateLimits::default),
            sessions_created: 0,
        };
        if let Some(key) = options.api_key.clone() {
            let organization =
                state.open_organization("Simulated company", "developer@example.com", 1_000_000);
            state.open_application(organization, "Simulated application", Some(key));
        }
        state
    }

    /// Back to how the simulator started, clock included.
    pub(super) fn reset(&mut self) {
        *self = Self::new(self.origin.clone(), &self.options);
    }

    /// The simulated time: the real one, moved by [`State::advance`].
    pub(super) fn now(&self) -> Timestamp {
        Timestamp::now()
            .checked_add(self.clock)
            .unwrap_or(Timestamp::MAX)
    }

    pub(super) fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    pub(super) fn advance(&mut self, seconds: i64) {
        self.clock = self
            .clock
            .saturating_add(SignedDuration::from_secs(seconds));
    }

    pub(super) fn next_session_number(&mut self) -> i64 {
        self.sessions_created += 1;
        self.sessions_created
    }

    pub(super) fn application(&self, id: Uuid) -> Option<&Application> {
        self.applications
            .iter()
            .find(|application| application.uuid == id)
    }

    pub(super) fn session(&self, id: Uuid) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    pub(super) fn session_mut(&mut self, id: Uuid) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }

    pub(super) fn send_mail(&mut self, to: &str, subject: &str, code: Option<String>) {
        let sent_at = self.now();
        tracing::info!(to, subject, code, "simulated e-mail");
        self.inbox.push(Mail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            code,
            sent_at,
        });
    }
}

/// `timestamp` in the form of most answers: microseconds and `Z`.
pub(super) fn micros(timestamp: Timestamp) -> String {
    format!("{timestamp:.6}")
}

/// `timestamp` without fractions, as workflows, lists and destinations show it.
pub(super) fn seconds(timestamp: Timestamp) -> String {
    format!("{timestamp:.0}")
}

pub(super) fn later(timestamp: Timestamp, seconds: i64) -> Timestamp {
    timestamp
        .checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// An amount of money in ten-thousandths, as text with four decimals.
pub(super) fn money(ten_thousandths: i64) -> String {
    let sign = if ten_thousandths < 0 { "-" } else { "" };
    let amount = ten_thousandths.unsigned_abs();
    format!("{sign}{}.{:04}", amount / 10_000, amount % 10_000)
}

/// Text of `length` characters from `alphabet`, not guessable.
pub(super) fn random_text(alphabet: &[u8], length: usize) -> String {
    let mut bytes = vec![0_u8; length];
    if getrandom::fill(&mut bytes).is_err() {
        // Without a source of randomness a fresh UUID's digits still keep tokens apart.
        bytes = Uuid::new_v4().as_bytes().repeat(length / 16 + 1);
        bytes.truncate(length);
    }
    bytes
        .iter()
        .filter_map(|byte| alphabet.get(usize::from(*byte) % alphabet.len().max(1)))
        .map(|byte| char::from(*byte))
        .collect()
}

/// Letters and digits that need no escaping in a URL.
pub(super) const URL_SAFE: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Letters and digits alone, as payment pages have them in their ids.
pub(super) const ALPHANUMERIC: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The characters of e-mail codes.
pub(super) const CODE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Small numbers that differ per text but never per run, to pick and vary invented data.
pub(super) fn stable_number(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The text of a JSON value for comparing: strings as they are, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
