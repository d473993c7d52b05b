//! Everything the simulator remembers, behind one lock.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde_json::json;
use uuid::Uuid;

use super::{
    accounts::{Account, Application, Checkout, KeyRights, Organization, Token},
    journal::{Fault, Mail, RecordedRequest},
    lists::List,
    sessions::Session,
    webhooks::{Delivery, Destination, Event},
    workflows::Workflow,
};
use crate::{
    options::{ApplicationMode, SimulatorOptions},
    values::{Object, URL_SAFE, random_text},
};

#[derive(Debug, Default)]
pub struct State {
    options: SimulatorOptions,
    clock: SignedDuration,
    /// Where the simulator is reached, without a trailing slash.
    pub origin: String,
    pub legacy: bool,
    pub mode: ApplicationMode,
    pub organizations: Vec<Organization>,
    pub applications: Vec<Application>,
    pub accounts: Vec<Account>,
    pub tokens: Vec<Token>,
    pub inbox: Vec<Mail>,
    pub workflows: Vec<Workflow>,
    pub sessions: Vec<Session>,
    pub checkouts: Vec<Checkout>,
    pub lists: Vec<List>,
    pub destinations: Vec<Destination>,
    /// What happened and is still to be told, oldest first. Whoever delivers takes it from here.
    pub events: VecDeque<Event>,
    pub deliveries: Vec<Delivery>,
    /// Before the first retry of a delivery; the second waits four times as long. The real service waits a minute.
    pub retry_delay: Duration,
    /// How long the receiver of an event may take to answer.
    pub delivery_timeout: Duration,
    pub requests: VecDeque<RecordedRequest>,
    pub requests_seen: u64,
    /// Requests of the API that came and have no answer yet.
    pub requests_open: usize,
    pub faults: Vec<Fault>,
    /// When requests were counted, per limit and caller; `None` where any number of requests is taken.
    pub windows: Option<HashMap<(&'static str, String), VecDeque<Timestamp>>>,
    pub sessions_created: i64,
    /// Who works in the console, as trails and lists name them; nobody in particular unless a test says so.
    pub reviewer: Option<String>,
}

impl State {
    pub fn new(origin: String, options: &SimulatorOptions) -> Self {
        let mut state = Self {
            options: options.clone(),
            origin,
            legacy: options.legacy,
            mode: options.mode,
            retry_delay: Duration::from_millis(200),
            delivery_timeout: Duration::from_secs(5),
            windows: options.rate_limits.then(HashMap::new),
            ..Self::default()
        };
        if let Some(key) = options.api_key.clone() {
            let (name, email) = ("Simulated company", "developer@example.com");
            let owner = state.open_organization(name, email, 1_000_000);
            state.open_application(owner, "Simulated application", Some(key), options.mode);
        }
        state
    }

    /// Back to how the simulator started, clock included.
    pub fn reset(&mut self) {
        *self = Self::new(self.origin.clone(), &self.options);
    }

    /// The simulated time: the real one, moved by [`State::advance`].
    pub fn now(&self) -> Timestamp {
        let moved = Timestamp::now().checked_add(self.clock);
        moved.unwrap_or(Timestamp::MAX)
    }

    pub fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }

    pub fn advance(&mut self, seconds: i64) {
        let step = SignedDuration::from_secs(seconds);
        self.clock = self.clock.saturating_add(step);
    }

    pub fn open_organization(&mut self, name: &str, email: &str, balance: i64) -> Uuid {
        let uuid = Uuid::new_v4();
        self.organizations.push(Organization {
            uuid,
            name: name.to_owned(),
            contact_email: email.to_owned(),
            created_at: self.now(),
            balance,
        });
        uuid
    }

    /// A new application with its own key, unless one is given, and system lists.
    pub fn open_application(
        &mut self,
        of: Uuid,
        name: &str,
        key: Option<String>,
        mode: ApplicationMode,
    ) -> Application {
        let now = self.now();
        let application = Application {
            uuid: Uuid::new_v4(),
            organization: of,
            client_id: random_text(URL_SAFE, 22),
            api_key: key.unwrap_or_else(|| random_text(URL_SAFE, 43)),
            mode,
            rights: KeyRights::default(),
            settings: Object::from_iter([("name".to_owned(), json!(name))]),
            created_at: now,
        };
        let lists = List::of_the_system(application.uuid, now);
        self.lists.extend(lists);
        self.applications.push(application.clone());
        application
    }

    pub fn send_mail(&mut self, to: &str, subject: &str, code: Option<String>) {
        tracing::info!(to, subject, code, "simulated e-mail");
        self.inbox.push(Mail {
            to: to.to_owned(),
            subject: subject.to_owned(),
            code,
            sent_at: self.now(),
        });
    }
}
