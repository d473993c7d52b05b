//! The account behind the tools: which key is in use, where it came from, and where files may go.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sha2::{Digest, Sha256};
use url::Url;

use super::{
    environment::{ChangeLocation, Environment},
    error::{ErrorCode, NotDone, ToolError},
    limits::Cache,
    personal::PersonalData,
    pollers::{Follower, Pace, SessionPollers},
    written::Written,
    wrong_codes::WrongCodes,
};
use crate::{
    credentials::{self, Profile, Store},
    didit::{
        ApiKey, Client, DEFAULT_API_BASE_URL, PageRequest, Password, SessionFilter, SessionId,
        WebhookSecret,
    },
    redact::Redactor,
};

/// What the tools talk to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Didit itself.
    Didit,
    /// The built-in simulator.
    Simulator,
}

/// Where the key in use came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// The variable `DIDIT_API_KEY`.
    Environment,
    /// The credentials file.
    File,
    /// The simulator's own application.
    Simulator,
}

impl KeySource {
    /// The source in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "environment variable DIDIT_API_KEY",
            Self::File => "credentials file",
            Self::Simulator => "simulator",
        }
    }
}

/// The settings that tools see. Built once at start.
pub struct ConnectionSettings {
    /// What the tools talk to.
    pub mode: Mode,
    /// Base of the verification API, without a slash at the end.
    pub api_base_url: Url,
    /// Base of the account API, without a slash at the end.
    pub auth_base_url: Url,
    /// The key from the environment, or the simulator's own.
    pub api_key: Option<(ApiKey, KeySource)>,
    /// The password for registration and login at Didit, where the operator gave one; see
    /// [`ConnectionSettings::password_for_account`].
    pub password: Option<Password>,
    /// The secret of the webhook destination, where the operator gave one.
    pub webhook_secret: Option<WebhookSecret>,
    /// The workflow for sessions that name none.
    pub workflow_id: Option<String>,
    /// Where files may be written.
    pub output_dir: PathBuf,
    /// The trail of changes, where the operator keeps one.
    pub audit_log: Option<PathBuf>,
    /// The time one call may take.
    pub timeout: Duration,
    /// Whether calls are paced to Didit's rate limits.
    pub rate_limits: bool,
    /// Certificates to trust besides the web's, in PEM form.
    pub extra_ca_pem: Option<Vec<u8>>,
    /// How much of a person's data results may show.
    pub personal_data: PersonalData,
    /// What is switched on, for people: lines of `didit_account_status`.
    pub switches: Vec<(String, String)>,
}

impl ConnectionSettings {
    /// The operator's password, for Didit alone. Plain HTTP is taken from this machine only, where a simulator answers, which
    /// keeps and shows what it is sent.
    pub fn password_for_account(&self) -> Option<&Password> {
        self.password
            .as_ref()
            .filter(|_| self.auth_base_url.scheme() == "https")
    }

    /// Whether the operator gave a password that is not for the account API in use.
    pub fn withholds_password(&self) -> bool {
        self.password.is_some() && self.password_for_account().is_none()
    }
}

/// The account in use. The key can change while the server runs: registering and logging in, here or in another
/// process, store a new one, which is used at once. So the file is read whenever it is asked for.
pub struct Connection {
    settings: ConnectionSettings,
    store: Store,
    redactor: Redactor,
    watch: SessionPollers,
    limits: Cache,
    written: Written,
    /// What the last session said, with the last four characters of the key that read it.
    seen_environment: Mutex<Option<(String, Environment)>>,
    client: Mutex<Option<Client>>,
    wrong_codes: WrongCodes,
}

/// The account as it is now, for people.
pub struct Snapshot {
    /// The key's last four characters and source.
    pub key: Option<(String, KeySource)>,
    /// What the credentials file remembers.
    pub profile: Profile,
    /// Where that is.
    pub place: String,
}

impl Connection {
    /// A connection that reads nothing until a tool needs it. Every secret it meets is told to `redactor`.
    pub fn new(settings: ConnectionSettings, store: Store, redactor: Redactor) -> Self {
        if let Some((key, _)) = &settings.api_key {
            redactor.add_random(key.expose_secret());
        }
        if let Some(password) = &settings.password {
            redactor.add_chosen(password.expose_secret());
        }
        if let Some(secret) = &settings.webhook_secret {
            redactor.add_chosen(secret.expose_secret());
        }
        Self {
            settings,
            store,
            redactor,
            watch: SessionPollers::default(),
            limits: Cache::default(),
            written: Written::default(),
            seen_environment: Mutex::new(None),
            client: Mutex::new(None),
            wrong_codes: WrongCodes::default(),
        }
    }

    /// The settings.
    pub fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// The sessions that are being followed.
    pub fn pollers(&self) -> &SessionPollers {
        &self.watch
    }

    /// Follows a session of the account that is in use now.
    ///
    /// # Errors
    /// Those of [`Connection::client`].
    pub fn follow(&self, id: SessionId) -> Result<Follower, NotDone> {
        let client = self.client()?;
        let account = self.account_digest();
        Ok(self.pollers().follow(account, id, client, self.pace()))
    }

    /// The wrong codes of a second factor that this process sent lately.
    pub(super) fn wrong_codes(&self) -> &WrongCodes {
        &self.wrong_codes
    }

    /// The limits of the workflows that were looked at.
    pub(super) fn limits(&self) -> &Cache {
        &self.limits
    }

    /// Whom this process has written to.
    pub(super) fn written(&self) -> &Written {
        &self.written
    }

    /// Where it is recorded whom was written to: beside the credentials, for all processes.
    pub(super) fn written_place(&self) -> Option<PathBuf> {
        self.store.beside("follow-up.jsonl").map(|(path, _)| path)
    }

    /// How often a followed session is looked at.
    pub fn pace(&self) -> Pace {
        match self.settings.mode {
            Mode::Simulator => Pace::SIMULATOR,
            Mode::Didit => Pace::DIDIT,
        }
    }

    /// Hides a secret that a call brought, from now on.
    pub fn hide(&self, secret: &str) {
        self.redactor.add_short_lived(secret);
    }

    /// The client with the key in use.
    ///
    /// # Errors
    /// `no_api_key` with the ways to get one; or what is wrong with the credentials file.
    pub fn client(&self) -> Result<Client, NotDone> {
        let client = self.client_without_key()?;
        // The operator's own key works whatever the file holds.
        if let Some((key, KeySource::Environment)) = &self.settings.api_key {
            return Ok(client.with_api_key(key.clone()));
        }
        let profile = self.profile()?;
        match self.key(&profile) {
            Some((key, _)) => Ok(client.with_api_key(key)),
            None => Err(self.no_api_key(&profile)),
        }
    }

    /// The client for calls that need no key. Built at the first call, because setting up TLS is the
    /// slowest part of starting.
    ///
    /// # Errors
    /// When the client cannot be built from these settings.
    pub fn client_without_key(&self) -> Result<Client, NotDone> {
        let mut built = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*built {
            return Ok(client.clone());
        }
        let redactor = self.redactor.clone();
        let mut builder = Client::builder()
            .api_base_url(self.settings.api_base_url.clone())
            .auth_base_url(self.settings.auth_base_url.clone())
            .timeout(self.settings.timeout)
            .rate_limits(self.settings.rate_limits)
            .text_filter(Arc::new(move |text| redactor.text(text)));
        if let Some(pem) = &self.settings.extra_ca_pem {
            builder = builder.extra_ca_pem(pem.clone());
        }
        let client = builder.build()?;
        *built = Some(client.clone());
        Ok(client)
    }

    /// The account as it is now.
    ///
    /// # Errors
    /// What is wrong with the credentials file.
    pub fn snapshot(&self) -> Result<Snapshot, NotDone> {
        let profile = self.profile()?;
        let key = self.key(&profile);
        Ok(Snapshot {
            key: key.map(|(key, source)| (key.last_four(), source)),
            profile,
            place: self.store.place(),
        })
    }

    /// What the credentials file remembers.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn profile(&self) -> Result<Profile, NotDone> {
        let profile = self.store.load().map_err(stored)?;
        self.learn(&profile);
        Ok(profile)
    }

    /// Changes what the credentials file remembers. A new key is used from the next call on, unless the
    /// environment sets one.
    ///
    /// # Errors
    /// What is wrong with the file; nothing changed then.
    pub async fn remember(&self, change: impl FnOnce(&mut Profile)) -> Result<(), NotDone> {
        self.store
            .update(|profile| {
                change(profile);
                self.learn(profile);
            })
            .await
            .map_err(stored)
    }

    /// Where what was agreed to is recorded: beside the credentials, for all processes of the profile.
    pub fn ledger_place(&self) -> Option<(PathBuf, String)> {
        self.store.beside("confirmations.json")
    }

    /// Tells the account apart from every other one: a digest of its key and of the API's address.
    pub fn account_digest(&self) -> String {
        // A key from the environment works whatever the file holds.
        let profile = self.profile().unwrap_or_default();
        let key = self.key(&profile).map(|(key, _)| key);
        let mut digest = Sha256::new();
        digest.update(self.settings.api_base_url.as_str());
        digest.update(b"\n");
        digest.update(key.as_ref().map(ApiKey::expose_secret).unwrap_or_default());
        base16ct::lower::encode_string(&digest.finalize())
    }

    /// Tells the application apart from every other one, also after its key was replaced, where it is known; otherwise as
    /// [`Connection::account_digest`].
    pub fn application_digest(&self) -> String {
        let profile = self.profile().unwrap_or_default();
        let is_stored = matches!(self.key(&profile), Some((_, KeySource::File)));
        let application = profile
            .application
            .filter(|known| is_stored && !known.uuid.is_empty());
        let Some(application) = application else {
            return self.account_digest();
        };
        let of = format!("{}\n{}", self.settings.api_base_url, application.uuid);
        base16ct::lower::encode_string(&Sha256::digest(of))
    }

    /// Where a change happens, for the human who must agree. `said` is what a session says of its environment.
    pub fn place_of_change(&self, said: Option<&str>) -> ChangeLocation {
        let profile = self.profile().unwrap_or_default();
        let key = self.key(&profile);
        let stored = matches!(key, Some((_, KeySource::File)));
        let application = profile.application.filter(|_| stored);
        let environment = self.environment_of(said);
        ChangeLocation {
            environment,
            application: application
                .map(|application| application.name)
                .filter(|name| !name.trim().is_empty()),
            key: key.map(|(key, _)| key.last_four()),
        }
    }

    /// Where the account is remembered, for people.
    pub fn place(&self) -> String {
        self.store.place()
    }

    /// Whether the environment sets the key, so that a stored one would not be used.
    pub fn key_is_from_environment(&self) -> bool {
        matches!(self.settings.api_key, Some((_, KeySource::Environment)))
    }

    /// Reads the newest session where nothing has told yet whether people and money are real. What fails here leaves that open.
    pub(super) async fn learn_environment(&self, client: &Client) {
        if self.environment_of(None) != Environment::Unknown {
            return;
        }
        let newest = SessionFilter {
            page: PageRequest {
                limit: Some(1),
                offset: None,
            },
            ..SessionFilter::default()
        };
        let Ok(sessions) = client.find_sessions(&newest).await else {
            return;
        };
        let newest = sessions.items.first().and_then(|row| row.session_id);
        if let Some(id) = newest
            && let Ok(decision) = client.decision(&id).await
        {
            self.environment_of(decision.environment.as_deref());
        }
    }

    /// Whether people and money are real, as far as known: from what Didit says of the session at hand, else from what it
    /// said of the last session read with this key, else from the mode of the stored application.
    pub fn environment_of(&self, told: Option<&str>) -> Environment {
        if self.settings.mode == Mode::Simulator {
            return Environment::Simulated;
        }
        let key = self.key_last_four();
        let told = told.map_or(Environment::Unknown, Environment::from_didit);
        let mut seen = self
            .seen_environment
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if told != Environment::Unknown {
            *seen = key.map(|key| (key, told));
            return told;
        }
        let known = seen
            .as_ref()
            .filter(|(of, _)| Some(of) == key.as_ref())
            .map(|(_, environment)| *environment);
        known.unwrap_or_else(|| self.application_environment())
    }

    fn key_last_four(&self) -> Option<String> {
        if let Some((key, KeySource::Environment)) = &self.settings.api_key {
            return Some(key.last_four());
        }
        let (key, _) = self.key(&self.profile().ok()?)?;
        Some(key.last_four())
    }

    fn application_environment(&self) -> Environment {
        let profile = self.profile().ok().filter(|profile| {
            !self.key_is_from_environment() && self.foreign_origin(profile).is_none()
        });
        profile
            .and_then(|profile| profile.application?.mode)
            .map_or(Environment::Unknown, |mode| Environment::from_didit(&mode))
    }

    /// The origin of the API in use, to which a stored key belongs.
    pub fn origin(&self) -> String {
        self.settings.api_base_url.origin().ascii_serialization()
    }

    /// The origin that the stored key belongs to, when that is not the one in use: the key must not go there.
    pub fn foreign_origin(&self, profile: &Profile) -> Option<String> {
        profile.api_key.as_ref()?;
        let own = profile.api_origin.clone().or_else(|| {
            let didit = Url::parse(DEFAULT_API_BASE_URL).ok()?;
            Some(didit.origin().ascii_serialization())
        });
        own.filter(|origin| *origin != self.origin())
    }

    fn key(&self, profile: &Profile) -> Option<(ApiKey, KeySource)> {
        // A key from the environment overrides everything; the simulator's own is overridden by one that was
        // registered on it.
        if let Some((key, KeySource::Environment)) = &self.settings.api_key {
            return Some((key.clone(), KeySource::Environment));
        }
        let stored = profile
            .api_key
            .as_deref()
            .filter(|_| self.foreign_origin(profile).is_none())
            .and_then(|key| ApiKey::parse(key).ok())
            .map(|key| (key, KeySource::File));
        stored.or_else(|| self.settings.api_key.clone())
    }

    fn learn(&self, profile: &Profile) {
        let others = profile.other_accounts.iter().map(|other| &other.password);
        for password in profile.password.iter().chain(others) {
            if Password::may_be_generated(password) {
                self.redactor.add_random(password);
            } else {
                self.redactor.add_chosen(password);
            }
        }
        let others = profile.other_applications.iter();
        let drawn = profile
            .api_key
            .iter()
            .chain(others.map(|other| &other.api_key))
            .chain(profile.webhook_secrets.values());
        drawn.for_each(|secret| self.redactor.add_random(secret));
    }

    fn no_api_key(&self, profile: &Profile) -> NotDone {
        if let Some(origin) = self.foreign_origin(profile) {
            return ToolError::new(
                ErrorCode::NoApiKey,
                format!(
                    "The stored API key belongs to {origin}, and this server talks to {}, so it is not used. Nothing was sent.",
                    self.origin()
                ),
            )
            .with_advice(
                "the operator starts this server with another --profile for this address, or sets DIDIT_API_KEY.",
            )
            .into();
        }
        ToolError::new(ErrorCode::NoApiKey, "No Didit API key is set, so nothing was sent.")
            .with_hint(
                "didit_account_register",
                "opens a Didit account for an e-mail address.",
            )
            .with_hint(
                "didit_account_login",
                "uses the account that is already stored here.",
            )
            .with_advice(
                "or the operator sets DIDIT_API_KEY (Didit Business Console, API & Webhooks) in this server's environment.",
            )
            .into()
    }
}

fn stored(error: credentials::Error) -> NotDone {
    ToolError::new(ErrorCode::CredentialsFile, format!("{error}.")).into()
}
