//! Sends one call: waits for the rate limits, retries, and reads the response within limits of size and time.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Response};

use super::call::{ApiHost, ApiResponse, Call, Credential, Expected, RawResponse, unreadable};
use super::client::{Client, Endpoint, TextFilter, Watched};
use crate::echo::Echo;
use crate::error::{ApiError, Error, one_line};
use crate::retry::{self, Safety};

/// The longest wait for a turn under the rate limits: they count the last minute.
const LONGEST_TURN: Duration = Duration::from_secs(75);

/// Over how long those come back that were refused together.
const SPREAD: Duration = Duration::from_secs(2);

/// The most bytes of a report.
const MAX_DOCUMENT_BYTES: usize = 50_000_000;
/// A report is rendered on request, so its timeout is this many times that of other calls.
const DOCUMENT_TIME: u32 = 2;
/// The most bytes read of an error: useful messages are short, and parsing long ones only costs time.
const MAX_ERROR_BYTES: usize = 64 * 1024;
/// The most JSON values in one response: in memory a small value can take a hundred times its size.
const MAX_VALUES: usize = 100_000;
/// Responses from this size on count as large. Most are a tenth of it.
const LARGE_BYTES: usize = 128 * 1024;
/// What all large answers together may hold while they are read, in steps: 16 MB, so that memory stays bounded however many
/// calls are under way. A permit is for bytes: an answer takes what it announces, or the most that it may have.
pub(super) const LARGE_STEPS: usize = 16 * 1024 * 1024 / LARGE_BYTES;
/// Reports that are read at once; they are few, and a single one would take all of the above.
pub(super) const REPORTS_AT_ONCE: usize = 2;
/// How long a large answer waits for room, or for its own next bytes while it takes room from others.
const LARGE_PATIENCE: Duration = Duration::from_secs(10);

const TOO_MANY_LARGE: &str = "too many large answers are being read at once";

/// About how many values a JSON text holds. What stands within its texts separates none.
fn count_values(json: &str) -> usize {
    let (mut is_text, mut is_escaped) = (false, false);
    let separates = |byte: &u8| {
        if is_escaped {
            is_escaped = false;
        } else if *byte == b'"' {
            is_text = !is_text;
        } else if is_text {
            is_escaped = *byte == b'\\';
        }
        !is_text && b"{[,".contains(byte)
    };
    json.bytes().filter(separates).count()
}

impl Client {
    /// Makes one call whose answer is JSON.
    pub(crate) async fn json(&self, call: Call<'_>) -> Result<ApiResponse, Error> {
        let RawResponse { status, body, .. } = self.send(call).await?;
        let body = text(body);
        // A shorter body has no room for so many.
        if body.len() > MAX_VALUES && count_values(&body) > MAX_VALUES {
            return Err(unreadable(status, "it holds too many values"));
        }
        Ok(ApiResponse::new(status, body))
    }

    /// Makes one call that deletes the thing with this id. A body has to be JSON still, and about that thing: a page says
    /// nothing about success.
    pub(crate) async fn delete(&self, call: Call<'_>, id: impl ToString) -> Result<(), Error> {
        let answer = self.json(call).await?;
        Echo::of(answer.status).deleted(&answer.value()?, id)
    }

    /// Makes one call within its deadline, again where that is safe. Every request passes here.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<RawResponse, Error> {
        let deadline = match call.expected {
            Expected::Json => self.shared.timeout,
            Expected::Document => self.shared.timeout * DOCUMENT_TIME,
        };
        let safety = if call.method == Method::GET {
            Safety::Read
        } else {
            Safety::Write
        };
        let mut left = deadline;
        let (mut attempt, mut waited_for_others) = (0, Duration::ZERO);
        loop {
            self.take_turn(&call).await?;
            let started = Instant::now();
            attempt += 1;
            if let Some(Watched(observer)) = &self.observer {
                observer.sends(safety);
            }
            let error = match self.attempt(&call, left).await {
                Err(Error::Timeout { sent: true, .. }) => {
                    return Err(Error::Timeout {
                        after: deadline,
                        sent: true,
                    });
                }
                Err(error) => error,
                answer => return answer,
            };
            if let Some(wait) = self.shared_limit(&error)
                && wait <= LONGEST_TURN.saturating_sub(waited_for_others)
            {
                waited_for_others += wait + SPREAD;
                attempt -= 1;
                left = deadline;
                self.close_scope(&call, wait);
                continue;
            }
            left = left.saturating_sub(started.elapsed());
            let wait = retry::wait(safety, &error, attempt, left, chance())
                .filter(|_| attempt < self.shared.attempts);
            let Some(wait) = wait else {
                return Err(error);
            };
            tracing::info!(
                attempt,
                milliseconds = wait.as_millis() as u64,
                "trying again"
            );
            tokio::time::sleep(wait).await;
            left = left.saturating_sub(wait);
        }
    }

    /// How long, at most a minute and a little, Didit takes nothing more of this kind, if this is why it refused: its limit counts every process with the same
    /// key, and this client only its own requests. A quota, of a day or of a telephone number, has none of those headers.
    fn shared_limit(&self, error: &Error) -> Option<Duration> {
        let error = error.api().filter(|error| error.is_rate_window)?;
        error
            .retry_after
            .filter(|_| self.shared.rate_limit.is_some())
    }

    /// Keeps this kind of call back until then. Processes that were refused together come back apart.
    fn close_scope(&self, call: &Call<'_>, wait: Duration) {
        if let Some(rate_limit) = &self.shared.rate_limit {
            let until = Instant::now() + wait + SPREAD.mul_f64(chance());
            rate_limit.close(&call.method, &call.path, until);
            tracing::info!(
                seconds = wait.as_secs(),
                "the limit is shared with other processes"
            );
        }
    }

    /// Waits until the rate limits allow this call. A wait longer than a minute is answered at once instead.
    async fn take_turn(&self, call: &Call<'_>) -> Result<(), Error> {
        let Some(rate_limit) = &self.shared.rate_limit else {
            return Ok(());
        };
        let mut waited = Duration::ZERO;
        while let Err(wait) = rate_limit.take(&call.method, &call.path, Instant::now()) {
            if waited + wait > LONGEST_TURN {
                return Err(Error::Paced { retry_after: wait });
            }
            if let Some(Watched(observer)) = &self.observer {
                observer.waits(wait);
            }
            tokio::time::sleep(wait).await;
            waited += wait;
        }
        Ok(())
    }

    async fn attempt(&self, call: &Call<'_>, left: Duration) -> Result<RawResponse, Error> {
        let request = self.request(call)?;
        tracing::debug!(method = %call.method, path = request.url().path(), "request");
        let endpoint = self.endpoint(call.host);
        let exchange = async {
            let response = endpoint
                .http
                .execute(request)
                .await
                .map_err(|error| endpoint.through_proxy(self.transport_error(error)))?;
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            tracing::debug!(status, "answer");
            if (300..400).contains(&status) {
                return Err(Error::Redirected { status });
            }
            let mut body = Vec::new();
            if (200..300).contains(&status) {
                self.read_answer(call.expected, response, &mut body).await?;
            } else {
                // The status of an error says more than why its body could not be read to the end.
                drop(self.read_body(response, MAX_ERROR_BYTES, &mut body).await);
            }
            Ok(RawResponse {
                status,
                headers,
                body,
            })
        };
        // One clock covers connecting, sending and reading, so a body that trickles in cannot outlast it.
        let answer = tokio::time::timeout(left, exchange)
            .await
            .map_err(|_| Error::Timeout {
                after: left,
                sent: true,
            })??;
        if (200..300).contains(&answer.status) {
            Ok(answer)
        } else {
            let RawResponse {
                status,
                headers,
                body,
            } = answer;
            let error = match &self.shared.text_filter {
                Some(TextFilter(filter)) => {
                    ApiError::parse_filtered(status, &headers, &body, filter.as_ref())
                }
                None => ApiError::parse(status, &headers, &body),
            };
            Err(error.into())
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
        headers.insert(ACCEPT, HeaderValue::from_static(call.expected.accept()));
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

    /// Reads a success into `body`.
    async fn read_answer(
        &self,
        expected: Expected,
        response: Response,
        body: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let limit = match expected {
            Expected::Json => self.shared.max_body_bytes,
            Expected::Document => MAX_DOCUMENT_BYTES,
        };
        let announced = response.content_length();
        if announced.is_some_and(|length| length > limit as u64) {
            return Err(Error::TooLarge { limit });
        }
        // `Content-Length` is trusted only up to the size of a usual response.
        let announced = announced.map_or(0, |length| usize::try_from(length).unwrap_or_default());
        body.reserve(announced.min(LARGE_BYTES));
        self.read_body(response, limit, body).await
    }

    /// Reads into `body` until its end, or until it would outgrow `limit`.
    async fn read_body(
        &self,
        mut response: Response,
        limit: usize,
        body: &mut Vec<u8>,
    ) -> Result<(), Error> {
        // A report is larger than any other answer may be.
        let (room, places) = if limit > self.shared.max_body_bytes {
            (&self.shared.reports, 1)
        } else {
            let announced = response.content_length().unwrap_or(u64::MAX);
            let most = usize::try_from(announced).unwrap_or(limit).min(limit);
            // Half is the most for one, whose limit may have been set higher.
            let steps = most.div_ceil(LARGE_BYTES).min(LARGE_STEPS / 2);
            (
                &self.shared.large_answers,
                u32::try_from(steps).unwrap_or(1),
            )
        };
        let mut held = None;
        loop {
            let next = response.chunk();
            let chunk = if held.is_some() {
                within(next, "the rest of the answer did not come").await?
            } else {
                next.await
            };
            let Some(chunk) = chunk.map_err(|error| self.transport_error(error))? else {
                return Ok(());
            };
            let length = body.len() + chunk.len();
            if length > limit {
                return Err(Error::TooLarge { limit });
            }
            if length > LARGE_BYTES && held.is_none() {
                // All permits at once: responses that took them one by one could deadlock. The semaphore is never closed.
                held = within(room.acquire_many(places), TOO_MANY_LARGE)
                    .await?
                    .ok();
            }
            body.extend_from_slice(&chunk);
        }
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

/// Waits only briefly, because others need the same permits.
async fn within<T>(work: impl Future<Output = T>, otherwise: &str) -> Result<T, Error> {
    tokio::time::timeout(LARGE_PATIENCE, work)
        .await
        .map_err(|_| Error::Interrupted {
            message: otherwise.to_owned(),
        })
}

/// A number between 0 and 1; without randomness, the longest wait.
fn chance() -> f64 {
    getrandom::u32().map_or(1.0, |number| f64::from(number) / f64::from(u32::MAX))
}

/// A body as text. Bytes that are not UTF-8 stand as U+FFFD: one odd name must not make a whole answer unreadable.
fn text(body: Vec<u8>) -> String {
    String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn sensitive(text: &str, field: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Error::invalid(field, "cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
