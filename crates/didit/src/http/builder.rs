//! Settings of a client, and how it connects.

use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::sync::Semaphore;
use url::Url;

use super::client::{
    Client, DEFAULT_API_BASE_URL, DEFAULT_AUTH_BASE_URL, Endpoint, Shared, TextFilter,
};
use super::loopback::is_loopback;
use super::proxy::Proxy;
use super::send::{LARGE_STEPS, REPORTS_AT_ONCE};
use crate::error::{Error, one_line};
use crate::rate_limit::RateLimit;
use crate::secret::ApiKey;

/// Settings of a [`Client`].
#[derive(Debug, Clone)]
pub struct ClientBuilder {
    api_base_url: Option<Url>,
    auth_base_url: Option<Url>,
    api_key: Option<ApiKey>,
    timeout: Duration,
    connect_timeout: Duration,
    max_body_bytes: usize,
    attempts: u32,
    rate_limits: bool,
    user_agent: String,
    extra_ca_pem: Option<Vec<u8>>,
    text_filter: Option<TextFilter>,
}

impl Client {
    /// Starts with the production hosts, no key, 30 s per call, 10 s to connect and answers of at most 4 MB.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }
}

impl ClientBuilder {
    fn new() -> Self {
        Self {
            api_base_url: None,
            auth_base_url: None,
            api_key: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_body_bytes: 4_000_000,
            attempts: 4,
            rate_limits: true,
            user_agent: concat!("didit-mcp/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_ca_pem: None,
            text_filter: None,
        }
    }

    /// Sets the base URL of the verification API: https, or http on loopback.
    pub fn api_base_url(mut self, url: Url) -> Self {
        self.api_base_url = Some(url);
        self
    }

    /// Sets the base URL of the account API: https, or http on loopback.
    pub fn auth_base_url(mut self, url: Url) -> Self {
        self.auth_base_url = Some(url);
        self
    }

    /// Sets the key sent as `x-api-key`.
    pub fn api_key(mut self, key: ApiKey) -> Self {
        self.api_key = Some(key);
        self
    }

    /// Sets the total time of one call, from connecting to the last byte. Reports get twice as long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the timeout for establishing a connection.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the largest answer read, in bytes after decompression. Reports may have 50 MB.
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// Sets the maximum number of attempts of a call, 4 by default; see [`crate::retry`].
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets whether calls wait for their turn under Didit's rate limits, which they do unless said otherwise. Only an API of
    /// your own has other limits.
    pub fn rate_limits(mut self, kept: bool) -> Self {
        self.rate_limits = kept;
        self
    }

    /// Sets the `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Trusts these PEM certificates besides the web's roots, for proxies that intercept TLS.
    pub fn extra_ca_pem(mut self, pem: Vec<u8>) -> Self {
        self.extra_ca_pem = Some(pem);
        self
    }

    /// Lets each text of an error answer pass `filter` before it is cut and cleaned, so that secrets which a server quotes can
    /// be hidden while they are whole. What the error means is read before, and successes are left as they are.
    pub fn text_filter(mut self, filter: Arc<dyn Fn(String) -> String + Send + Sync>) -> Self {
        self.text_filter = Some(TextFilter(filter));
        self
    }

    /// Builds the client without touching the network or a file.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a base URL that is neither https nor on loopback, a `User-Agent` that cannot stand in a header, or
    /// certificates that cannot be read; and for a variable of the environment that should name a proxy and does not.
    pub fn build(self) -> Result<Client, Error> {
        let api = checked_base(
            self.api_base_url.clone(),
            DEFAULT_API_BASE_URL,
            "api_base_url",
        )?;
        let auth = checked_base(
            self.auth_base_url.clone(),
            DEFAULT_AUTH_BASE_URL,
            "auth_base_url",
        )?;
        let (api_proxy, auth_proxy) = (Proxy::of(&api)?, Proxy::of(&auth)?);
        let api_http = self.http(is_loopback(&api))?;
        let auth_http = if is_loopback(&api) == is_loopback(&auth) {
            api_http.clone()
        } else {
            self.http(is_loopback(&auth))?
        };
        Ok(Client {
            shared: Arc::new(Shared {
                api: Endpoint {
                    base: api,
                    http: api_http,
                    proxy: api_proxy,
                },
                auth: Endpoint {
                    base: auth,
                    http: auth_http,
                    proxy: auth_proxy,
                },
                connect_timeout: self.connect_timeout,
                timeout: self.timeout,
                max_body_bytes: self.max_body_bytes,
                rate_limit: self.rate_limits.then(RateLimit::default),
                large_answers: Semaphore::new(LARGE_STEPS),
                reports: Semaphore::new(REPORTS_AT_ONCE),
                attempts: self.attempts,
                text_filter: self.text_filter,
            }),
            api_key: self.api_key,
            observer: None,
        })
    }

    fn http(&self, loopback: bool) -> Result<reqwest::Client, Error> {
        let mut roots = rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(pem) = &self.extra_ca_pem {
            let refused = || Error::invalid("extra_ca_pem", "must hold certificates in PEM form");
            let mut added = 0;
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots
                    .add(certificate.map_err(|_| refused())?)
                    .map_err(|_| refused())?;
                added += 1;
            }
            if added == 0 {
                return Err(refused());
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::invalid("tls", one_line(&error.to_string())))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .connect_timeout(self.connect_timeout)
            // Servers close idle connections, and a write that meets a closing one cannot be repeated safely.
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(self.user_agent.as_str());
        // A proxy from the environment must never see what is meant for this machine.
        let builder = if loopback {
            builder.no_proxy()
        } else {
            builder
        };
        builder
            .build()
            .map_err(|_| Error::invalid("user_agent", "cannot stand in a header"))
    }
}

/// An HTTP client for `target` outside the API, with the same root certificates and timeouts; it follows no redirects.
///
/// # Errors
/// [`Error::Invalid`] when it cannot be set up.
pub fn http_client_for(target: &Url) -> Result<reqwest::Client, Error> {
    http_client_trusting(target, None)
}

/// The same, but also trusts these PEM certificates.
///
/// # Errors
/// [`Error::Invalid`] when it cannot be set up.
pub fn http_client_trusting(
    target: &Url,
    extra_ca_pem: Option<&[u8]>,
) -> Result<reqwest::Client, Error> {
    ClientBuilder {
        extra_ca_pem: extra_ca_pem.map(<[u8]>::to_vec),
        ..ClientBuilder::new()
    }
    .http(is_loopback(target))
}

fn checked_base(url: Option<Url>, default: &str, field: &'static str) -> Result<Url, Error> {
    let url = match url {
        Some(url) => url,
        None => Url::parse(default).map_err(|_| Error::invalid(field, "is not a URL"))?,
    };
    let safe = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    if !safe {
        return Err(Error::invalid(
            field,
            "must be https, or http on this machine (127.0.0.1, [::1] or localhost)",
        ));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(Error::invalid(
            field,
            "must not hold a user name, a query or a fragment",
        ));
    }
    Ok(url)
}
