//! What a client holds: its two hosts, its key, its limits, and the observer of its calls.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use url::Url;

use super::proxy::Proxy;
use crate::error::Error;
use crate::rate_limit::RateLimit;
use crate::retry::Safety;
use crate::secret::ApiKey;

/// Where the verification API lives.
pub const DEFAULT_API_BASE_URL: &str = "https://verification.didit.me/v3";
/// Where the account API lives.
pub const DEFAULT_AUTH_BASE_URL: &str = "https://apx.didit.me/auth/v2";

/// A client of the API. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) shared: Arc<Shared>,
    pub(super) api_key: Option<ApiKey>,
    pub(super) observer: Option<Watched>,
}

impl Client {
    /// The same client, on the same connections, with another key.
    pub fn with_api_key(&self, key: ApiKey) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            api_key: Some(key),
            observer: self.observer.clone(),
        }
    }

    /// Whether calls that need a key can be made.
    pub fn has_api_key(&self) -> bool {
        self.api_key.is_some()
    }

    /// The base URL of the verification API.
    pub fn api_base_url(&self) -> &Url {
        &self.shared.api.base
    }

    /// The base URL of the account API.
    pub fn auth_base_url(&self) -> &Url {
        &self.shared.auth.base
    }

    /// The same client, which tells `observer` what its calls do.
    pub fn with_observer(&self, observer: Arc<dyn Observer>) -> Self {
        Self {
            observer: Some(Watched(observer)),
            ..self.clone()
        }
    }
}

/// Observes the calls of one client, for callers that keep their own deadline or record.
pub trait Observer: Send + Sync {
    /// The call waits this long for the rate limits, on top of its timeout.
    fn waits(&self, time: Duration);

    /// A request is about to be sent, which changes nothing or may change something.
    fn sends(&self, safety: Safety);
}

#[derive(Clone)]
pub(super) struct Watched(pub(super) Arc<dyn Observer>);

impl std::fmt::Debug for Watched {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Observer")
    }
}

/// Filters the text of an error before it is truncated and cleaned.
#[derive(Clone)]
pub(super) struct TextFilter(pub(super) Arc<dyn Fn(String) -> String + Send + Sync>);

impl std::fmt::Debug for TextFilter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TextFilter")
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) api: Endpoint,
    pub(super) auth: Endpoint,
    pub(super) connect_timeout: Duration,
    pub(super) timeout: Duration,
    pub(super) max_body_bytes: usize,
    pub(super) rate_limit: Option<RateLimit>,
    pub(super) large_answers: Semaphore,
    pub(super) reports: Semaphore,
    pub(super) attempts: u32,
    pub(super) text_filter: Option<TextFilter>,
}

#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) base: Url,
    pub(super) http: reqwest::Client,
    pub(super) proxy: Option<Proxy>,
}

impl Endpoint {
    /// Names the proxy if no connection could be established, because the proxy may be at fault.
    pub(super) fn through_proxy(&self, error: Error) -> Error {
        let Some(proxy) = &self.proxy else {
            return error;
        };
        match error {
            Error::Unreachable { message } => Error::Unreachable {
                message: format!("{message} ({proxy})"),
            },
            Error::Timeout { after, sent: false } => Error::Unreachable {
                message: format!("no answer within {} s ({proxy})", after.as_secs()),
            },
            other => other,
        }
    }
}
