//! Every setting, read once at start: flags override variables, these override the settings file, and an unknown value is
//! an error that lists the valid ones. Secrets come from variables alone, because flags show in process lists.

mod error;
mod file;
mod one_of;
mod options;
mod secrets;
mod shared;
mod values;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use url::Url;

pub use error::Error;
pub use file::fill_in;
pub use one_of::OneOf;
pub use options::Options;
pub use secrets::Secrets;
use shared::{TOOLSETS, output_dir, personal_data, toolsets, workflow_id};
use values::{given, given_exactly, path};

use crate::{
    credentials::{self, Profile, Store},
    didit::{
        ApiKey, DEFAULT_API_BASE_URL, DEFAULT_AUTH_BASE_URL, Proxy, WebhookSecret,
        http_client_trusting, is_loopback,
    },
    log::Format,
    private_file,
    server::{Confirmation, Policy},
    simulator::Simulator,
    tools::{ConnectionSettings, KeySource, Mode, Toolset},
};

const AUDIT_LOG: &str = "--audit-log (DIDIT_MCP_AUDIT_LOG)";
const LOG_FILE: &str = "--log-file (DIDIT_MCP_LOG_FILE)";
const RATE_LIMITS: &str = "--rate-limits (DIDIT_MCP_RATE_LIMITS)";

/// Everything, checked.
pub struct Settings {
    /// What the tools see.
    pub connection: ConnectionSettings,
    /// Where the account is remembered.
    pub store: Store,
    /// What is switched on.
    pub policy: Policy,
    /// Where changes are recorded.
    pub audit_log: Option<PathBuf>,
    /// Where webhooks are received, and the secret that proves them.
    pub webhooks: Option<(SocketAddr, WebhookSecret)>,
}

impl Settings {
    /// Checks the options. `simulator` is the running one, when `--simulate` was given.
    ///
    /// # Errors
    /// [`Error`] for the first setting that cannot be used.
    pub fn resolve(
        options: &Options,
        secrets: &Secrets,
        simulator: Option<&Simulator>,
    ) -> Result<Self, Error> {
        let policy = policy(options)?;
        let webhook_secret = secrets.webhook_secret()?;
        let (mode, api_base_url, auth_base_url, api_key, store) = match simulator {
            Some(simulator) => (
                Mode::Simulator,
                base_url("--api-base-url", &simulator.api_base_url())?,
                base_url("--auth-base-url", &simulator.auth_base_url())?,
                simulator
                    .api_key()
                    .map(|key| (ApiKey::new(key), KeySource::Simulator)),
                Store::Memory(Box::new(std::sync::Mutex::new(Profile::default()))),
            ),
            None => (
                Mode::Didit,
                base_url(
                    "--api-base-url (DIDIT_API_BASE_URL)",
                    given(options.api_base_url.as_deref()).unwrap_or(DEFAULT_API_BASE_URL),
                )?,
                base_url(
                    "--auth-base-url (DIDIT_AUTH_BASE_URL)",
                    given(options.auth_base_url.as_deref()).unwrap_or(DEFAULT_AUTH_BASE_URL),
                )?,
                secrets.api_key()?.map(|key| (key, KeySource::Environment)),
                store(options)?,
            ),
        };
        for base in [&api_base_url, &auth_base_url] {
            Proxy::of(base).map_err(|error| Error::Proxy(error.to_string()))?;
        }
        let switches = switches(&policy);
        let extra_ca_pem = extra_ca_pem(options, &api_base_url)?;
        let rate_limits = rate_limits(options, [&api_base_url, &auth_base_url])?;
        let audit_log = path(AUDIT_LOG, options.audit_log.as_deref())?;
        Ok(Self {
            connection: ConnectionSettings {
                mode,
                api_base_url,
                auth_base_url,
                api_key,
                password: secrets.password()?,
                workflow_id: workflow_id(options)?,
                output_dir: output_dir(options)?,
                audit_log: audit_log.clone(),
                timeout: seconds(
                    options.timeout.as_deref(),
                    "30",
                    "--timeout (DIDIT_MCP_TIMEOUT)",
                )?,
                rate_limits,
                extra_ca_pem,
                personal_data: personal_data(options)?,
                webhook_secret: webhook_secret.clone(),
                switches,
            },
            store,
            policy,
            audit_log,
            webhooks: webhooks(options, webhook_secret.as_ref())?,
        })
    }
}

/// The log level, for the subscriber.
///
/// # Errors
/// [`Error::Value`] for an unknown level. Finer levels do not exist: the SDK's debug lines hold arguments and results.
pub fn log_level(options: &Options) -> Result<tracing_subscriber::filter::LevelFilter, Error> {
    use tracing_subscriber::filter::LevelFilter;
    match given(options.log.as_deref())
        .unwrap_or("warn")
        .to_ascii_lowercase()
        .as_str()
    {
        "off" => Ok(LevelFilter::OFF),
        "error" => Ok(LevelFilter::ERROR),
        "warn" => Ok(LevelFilter::WARN),
        "info" => Ok(LevelFilter::INFO),
        other => Err(Error::Value {
            setting: "--log (DIDIT_MCP_LOG)",
            value: other.to_owned(),
            valid: "off, error, warn, info".to_owned(),
        }),
    }
}

/// How log lines look.
///
/// # Errors
/// [`Error::Value`] for an unknown format.
pub fn log_format(options: &Options) -> Result<Format, Error> {
    match given(options.log_format.as_deref()).unwrap_or("text") {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        other => Err(Error::Value {
            setting: "--log-format (DIDIT_MCP_LOG_FORMAT)",
            value: other.to_owned(),
            valid: "text, json".to_owned(),
        }),
    }
}

/// Where log lines go, when not to stderr.
///
/// # Errors
/// Those of any path.
pub fn log_file(options: &Options) -> Result<Option<PathBuf>, Error> {
    path(LOG_FILE, options.log_file.as_deref())
}

/// Without a home folder, everything that needs no stored account still works, so the server starts anyway.
fn store(options: &Options) -> Result<Store, Error> {
    let named = path(
        "--credentials (DIDIT_MCP_CREDENTIALS)",
        options.credentials.as_deref(),
    )?;
    let profile = given(options.profile.as_deref()).unwrap_or("default");
    Ok(match named.or_else(credentials::default_path) {
        Some(path) => Store::File {
            path,
            profile: profile.to_owned(),
        },
        None => Store::Nowhere,
    })
}

fn webhooks(
    options: &Options,
    secret: Option<&WebhookSecret>,
) -> Result<Option<(SocketAddr, WebhookSecret)>, Error> {
    let Some(text) = given(options.webhook_listen.as_deref()) else {
        return Ok(None);
    };
    let address = text.parse().map_err(|_| Error::Value {
        setting: "--webhook-listen (DIDIT_MCP_WEBHOOK_LISTEN)",
        value: text.to_owned(),
        valid: "an address and a port such as 127.0.0.1:8788".to_owned(),
    })?;
    match secret {
        Some(secret) => Ok(Some((address, secret.clone()))),
        None => Err(Error::Secret {
            variable: "DIDIT_WEBHOOK_SECRET",
            reason:
                "is not set, and --webhook-listen needs it to tell Didit's webhooks from others"
                    .to_owned(),
        }),
    }
}

/// Whether the rate limits of `--rate-limits` are kept, by the word alone.
///
/// # Errors
/// [`Error::Value`] for an unknown word.
pub fn keeps_rate_limits(options: &Options) -> Result<bool, Error> {
    match given(options.rate_limits.as_deref()).unwrap_or("on") {
        "on" => Ok(true),
        "off" => Ok(false),
        other => Err(Error::Value {
            setting: RATE_LIMITS,
            value: other.to_owned(),
            valid: "on; off for an API on this machine".to_owned(),
        }),
    }
}

/// Didit would answer 429 to whoever runs without limits, so only an API on this machine may be called so.
fn rate_limits(options: &Options, bases: [&Url; 2]) -> Result<bool, Error> {
    let kept = keeps_rate_limits(options)?;
    if kept || bases.into_iter().all(is_loopback) {
        return Ok(kept);
    }
    Err(Error::Value {
        setting: RATE_LIMITS,
        value: "off".to_owned(),
        valid: "on, because both API addresses must be on this machine for off".to_owned(),
    })
}

fn extra_ca_pem(options: &Options, base: &Url) -> Result<Option<Vec<u8>>, Error> {
    let setting = "--ca-file (DIDIT_MCP_CA_FILE)";
    let Some(path) = path(setting, options.ca_file.as_deref())? else {
        return Ok(None);
    };
    let refused = |reason| Error::File {
        setting,
        file: path.clone(),
        reason,
    };
    let pem = private_file::read_public(&path).map_err(|error| refused(error.to_string()))?;
    // Found out now, not at the first call.
    http_client_trusting(base, Some(&pem))
        .map_err(|_| refused("it holds no certificates in PEM form".to_owned()))?;
    Ok(Some(pem))
}

fn policy(options: &Options) -> Result<Policy, Error> {
    let setting = "--confirm (DIDIT_MCP_CONFIRM)";
    let confirmation = match given_exactly(setting, options.confirm.as_deref())?.unwrap_or("ask") {
        "ask" => Confirmation::Ask,
        "preview" => Confirmation::Preview,
        "never" => Confirmation::Never,
        other => {
            return Err(Error::Value {
                setting,
                value: other.to_owned(),
                valid: "ask, preview, never".to_owned(),
            });
        }
    };
    Ok(Policy {
        toolsets: toolsets(given_exactly(TOOLSETS, options.toolsets.as_deref())?)?,
        read_only: options.read_only,
        allow_irreversible: options.allow_irreversible,
        confirmation,
        confirm_wait: seconds(
            options.confirm_wait.as_deref(),
            "120",
            "--confirm-wait (DIDIT_MCP_CONFIRM_WAIT)",
        )?,
    })
}

fn switches(policy: &Policy) -> Vec<(String, String)> {
    let names: Vec<_> = policy
        .toolsets
        .iter()
        .map(|toolset| toolset.name())
        .collect();
    let mut switches = vec![
        ("Toolsets".to_owned(), names.join(", ")),
        ("Read-only".to_owned(), on_off(policy.read_only)),
        (
            "Irreversible tools".to_owned(),
            on_off(policy.allow_irreversible),
        ),
        (
            "Decisions about people".to_owned(),
            match policy.confirmation {
                Confirmation::Ask => "a human agrees first".to_owned(),
                Confirmation::Preview => {
                    "a human agrees first, to a preview in the conversation".to_owned()
                }
                Confirmation::Never => {
                    "take effect without asking, as the operator chose".to_owned()
                }
            },
        ),
    ];
    let off = Toolset::ALL
        .into_iter()
        .filter(|toolset| !policy.toolsets.contains(toolset));
    let off: Vec<&str> = off.map(Toolset::name).collect();
    if let Some(last) = off.last() {
        switches.push((
            "Toolsets that are off".to_owned(),
            format!("{} (--toolsets default,{last} adds one)", off.join(", ")),
        ));
    }
    switches.extend(switched_off(policy));
    switches
}

/// The tools that do not exist under these choices, by the setting that keeps each away.
fn switched_off(policy: &Policy) -> Vec<(String, String)> {
    let mut off: Vec<(String, Vec<&str>)> = Vec::new();
    for tool in crate::tools::all() {
        let Some(setting) = policy.setting_against(&tool) else {
            continue;
        };
        match off.iter_mut().find(|(by, _)| by == setting) {
            Some((_, names)) => names.push(tool.name),
            None => off.push((setting.to_owned(), vec![tool.name])),
        }
    }
    off.into_iter()
        .map(|(setting, names)| (format!("Off by {setting}"), names.join(", ")))
        .collect()
}

fn on_off(on: bool) -> String {
    if on { "on" } else { "off" }.to_owned()
}

fn base_url(setting: &'static str, text: &str) -> Result<Url, Error> {
    let refuse = || {
        Error::Value {
        setting,
        // A user name or password in it must not be shown.
        value: if text.contains('@') { "(hidden: it holds a user name)".to_owned() } else { text.to_owned() },
        valid: "an https address, or http on this machine (127.0.0.1, [::1] or localhost), without user, query or fragment"
            .to_owned(),
    }
    };
    let text = text.trim();
    // Browsers and programs read some addresses differently, such as one with a backslash before the host, and the parser
    // repairs what it can. The address must be written exactly as it is meant.
    let host = text.split_once("://").map_or("", |(_, rest)| rest);
    let is_clear = text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains(['\\', '@'])
        && !host.is_empty()
        && !host.starts_with('/');
    if !is_clear {
        return Err(refuse());
    }
    let url = Url::parse(text.trim_end_matches('/')).map_err(|_| refuse())?;
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    match url.scheme() {
        "https" if plain => Ok(url),
        "http" if plain && is_loopback(&url) => Ok(url),
        _ => Err(refuse()),
    }
}

fn seconds(text: Option<&str>, default: &str, setting: &'static str) -> Result<Duration, Error> {
    let text = given(text).unwrap_or(default);
    text.parse::<u64>()
        .ok()
        .filter(|seconds| (1..=600).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| Error::Value {
            setting,
            value: text.to_owned(),
            valid: "whole seconds from 1 to 600".to_owned(),
        })
}
