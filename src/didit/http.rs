//! The one place every request passes.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Method, Response};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::Serialize;
use serde_json::{Map, Value};
use url::{Host, Url};

use super::error::{ApiError, Error, one_line, type_name};
use super::ids::Segment;
use super::secret::{AccessToken, ApiKey, SessionToken};

/// Where the verification API lives.
pub const DEFAULT_API_BASE_URL: &str = "https://verification.didit.me/v3";
/// Where the account API lives.
pub const DEFAULT_AUTH_BASE_URL: &str = "https://apx.didit.me/auth/v2";

/// A client of the API. Cloning is cheap and shares the connections.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    api_key: Option<ApiKey>,
}

#[derive(Debug)]
struct Shared {
    api: Endpoint,
    auth: Endpoint,
    connect_timeout: Duration,
    timeout: Duration,
    max_body_bytes: usize,
}

#[derive(Debug)]
struct Endpoint {
    base: Url,
    http: reqwest::Client,
}

/// Settings of a [`Client`].
#[derive(Debug, Clone)]
pub struct ClientBuilder {
    api_base_url: Option<Url>,
    auth_base_url: Option<Url>,
    api_key: Option<ApiKey>,
    timeout: Duration,
    connect_timeout: Duration,
    max_body_bytes: usize,
    user_agent: String,
    extra_ca_pem: Option<Vec<u8>>,
}

impl Client {
    /// Starts with the production hosts, no key, 30 s per call, 10 s to connect and answers of at most 10 MB.
    pub fn builder() -> ClientBuilder {
        ClientBuilder {
            api_base_url: None,
            auth_base_url: None,
            api_key: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_body_bytes: 10_000_000,
            user_agent: concat!("didit-mcp/", env!("CARGO_PKG_VERSION")).to_owned(),
            extra_ca_pem: None,
        }
    }

    /// The same client, on the same connections, with another key.
    pub fn with_api_key(&self, key: ApiKey) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            api_key: Some(key),
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

    /// Makes one call and reads its answer as JSON; an empty body reads as `null`.
    pub(crate) async fn json(&self, call: Call<'_>) -> Result<Answer, Error> {
        let raw = self.send(call).await?;
        let status = raw.status;
        if raw.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Answer {
                status,
                value: Value::Null,
            });
        }
        match serde_json::from_slice(&raw.body) {
            Ok(value) => Ok(Answer { status, value }),
            Err(_) if raw.body.trim_ascii_start().starts_with(b"<") => {
                Err(unreadable(status, "it is a web page, not JSON"))
            }
            Err(_) => Err(unreadable(status, "it is not JSON")),
        }
    }

    /// Makes one call within its deadline. Every request passes here.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<RawAnswer, Error> {
        let deadline = call
            .timeout
            .unwrap_or(self.shared.timeout)
            .max(self.shared.timeout);
        let request = self.request(&call)?;
        let limit = call.max_body_bytes.unwrap_or(self.shared.max_body_bytes);
        tracing::debug!(method = %call.method, path = request.url().path(), "request");
        let endpoint = self.endpoint(call.host);
        let exchange = async {
            let response = endpoint
                .http
                .execute(request)
                .await
                .map_err(|error| self.transport_error(error))?;
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            tracing::debug!(status, "answer");
            if (300..400).contains(&status) {
                return Err(Error::Redirected { status });
            }
            let body = self.read_body(response, limit).await?;
            Ok(RawAnswer {
                status,
                headers,
                body,
            })
        };
        // One clock covers connecting, sending and reading, so a body that trickles in cannot outlast it.
        let answer = tokio::time::timeout(deadline, exchange)
            .await
            .map_err(|_| Error::Timeout {
                after: deadline,
                sent: true,
            })??;
        if (200..300).contains(&answer.status) {
            Ok(answer)
        } else {
            Err(ApiError::parse(answer.status, &answer.headers, &answer.body).into())
        }
    }

    fn endpoint(&self, host: ApiHost) -> &Endpoint {
        match host {
            ApiHost::Verification => &self.shared.api,
            ApiHost::Account => &self.shared.auth,
        }
    }

    fn request(&self, call: &Call<'_>) -> Result<reqwest::Request, Error> {
        let mut url = self.endpoint(call.host).base.clone();
        url.set_path(&format!(
            "{}{}",
            url.path().trim_end_matches('/'),
            call.path
        ));
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let mut request = reqwest::Request::new(call.method.clone(), url);
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static(call.accept));
        match call.credential {
            Credential::None => {}
            Credential::ApiKey => {
                let key = self.api_key.as_ref().ok_or(Error::MissingApiKey)?;
                headers.insert(
                    HeaderName::from_static("x-api-key"),
                    sensitive(key.expose_secret(), "api_key")?,
                );
            }
            Credential::Bearer(token) => {
                let text = format!("Bearer {}", token.expose_secret());
                headers.insert(AUTHORIZATION, sensitive(&text, "access_token")?);
            }
            Credential::Session(token) => {
                let value = sensitive(token.expose_secret(), "session_token")?;
                headers.insert(HeaderName::from_static("session-token"), value);
            }
        }
        if let Some(body) = &call.body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Some(body.clone().into());
        }
        Ok(request)
    }

    async fn read_body(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.transport_error(error))?
        {
            if body.len() + chunk.len() > limit {
                return Err(Error::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn transport_error(&self, error: reqwest::Error) -> Error {
        let error = error.without_url();
        if error.is_connect() && error.is_timeout() {
            return Error::Timeout {
                after: self.shared.connect_timeout,
                sent: false,
            };
        }
        let mut cause: &dyn std::error::Error = &error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let message = one_line(&cause.to_string());
        if error.is_connect() {
            Error::Unreachable { message }
        } else if error.is_builder() {
            Error::Invalid {
                field: "request".to_owned(),
                message,
                allowed: Vec::new(),
            }
        } else {
            Error::Interrupted { message }
        }
    }
}

impl ClientBuilder {
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

    /// Sets the total time of one call, from connecting to the last byte. Reports get at least 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long a connection may take to come about.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the largest answer read, in bytes after decompression. Reports may have 50 MB.
    pub fn max_body_bytes(mut self, limit: usize) -> Self {
        self.max_body_bytes = limit;
        self
    }

    /// Sets the `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Trusts these PEM certificates besides the web's roots, for proxies that open TLS.
    pub fn extra_ca_pem(mut self, pem: Vec<u8>) -> Self {
        self.extra_ca_pem = Some(pem);
        self
    }

    /// Builds the client without touching the network or a file.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a base URL that is neither https nor on loopback, a `User-Agent` that cannot stand in a header, or
    /// certificates that cannot be read.
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
                },
                auth: Endpoint {
                    base: auth,
                    http: auth_http,
                },
                connect_timeout: self.connect_timeout,
                timeout: self.timeout,
                max_body_bytes: self.max_body_bytes,
            }),
            api_key: self.api_key,
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

/// Which of the two hosts a call goes to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ApiHost {
    /// The verification API.
    Verification,
    /// The account API.
    Account,
}

/// What a call proves itself with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Credential<'a> {
    /// Nothing.
    None,
    /// The client's API key.
    ApiKey,
    /// An account's token.
    Bearer(&'a AccessToken),
    /// A session's token.
    Session(&'a SessionToken),
}

/// One request, described.
pub(crate) struct Call<'a> {
    method: Method,
    host: ApiHost,
    path: String,
    query: Vec<(&'static str, String)>,
    credential: Credential<'a>,
    body: Option<Vec<u8>>,
    accept: &'static str,
    timeout: Option<Duration>,
    max_body_bytes: Option<usize>,
}

impl<'a> Call<'a> {
    /// A call of the verification API with the client's key.
    pub(crate) fn api(method: Method, segments: &[&dyn Segment]) -> Self {
        // Literals and UUIDs hold no character that would need escaping. Every canonical path ends with a slash.
        let path = segments
            .iter()
            .map(|segment| format!("/{segment}"))
            .chain(["/".to_owned()])
            .collect();
        Self {
            method,
            host: ApiHost::Verification,
            path,
            query: Vec::new(),
            credential: Credential::ApiKey,
            body: None,
            accept: "application/json",
            timeout: None,
            max_body_bytes: None,
        }
    }

    /// A call of the account API.
    pub(crate) fn account(
        method: Method,
        segments: &[&dyn Segment],
        credential: Credential<'a>,
    ) -> Self {
        Self {
            host: ApiHost::Account,
            credential,
            ..Self::api(method, segments)
        }
    }

    /// Proves itself with something else than the key.
    pub(crate) fn credential(mut self, credential: Credential<'a>) -> Self {
        self.credential = credential;
        self
    }

    /// Adds a query parameter when there is a value.
    pub(crate) fn query(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query
            .extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Sends a JSON body, its keys in the order of the struct.
    pub(crate) fn body(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let bytes = serde_json::to_vec(body)
            .map_err(|error| Error::invalid("request", one_line(&error.to_string())))?;
        self.body = Some(bytes);
        Ok(self)
    }

    /// Expects a document: another `Accept`, more time and more room.
    pub(crate) fn document(mut self) -> Self {
        self.accept = "application/pdf, application/json";
        self.timeout = Some(Duration::from_secs(60));
        self.max_body_bytes = Some(50_000_000);
        self
    }
}

/// A success with its bytes.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A success with its JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) value: Value,
}

impl Answer {
    /// Takes an answer without a body for an empty object, where older servers answer so.
    pub(crate) fn or_empty(self) -> Self {
        let value = if self.value.is_null() {
            Value::Object(Map::new())
        } else {
            self.value
        };
        Self { value, ..self }
    }

    /// The object of the answer, read by one of the structs that `received!` declares.
    pub(crate) fn read<T>(
        self,
        from_object: impl FnOnce(Map<String, Value>) -> Result<T, &'static str>,
    ) -> Result<T, Error> {
        let Value::Object(map) = self.value else {
            return Err(unreadable(
                self.status,
                format!("an object was expected, not {}", type_name(&self.value)),
            ));
        };
        from_object(map).map_err(|key| unreadable(self.status, format!("it has no usable `{key}`")))
    }
}

/// A success that cannot be understood.
pub(crate) fn unreadable(status: u16, message: impl Into<String>) -> Error {
    Error::Unreadable {
        status,
        message: message.into(),
    }
}

fn sensitive(text: &str, field: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::invalid(field, "cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
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

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}
