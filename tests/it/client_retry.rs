//! When a call is made again: the rules as a table, and what reaches the server.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::support::upstream::{Reply, Upstream};
use didit_mcp::didit::{
    ApiError, Error, Observer, TopUp,
    rate_limit::RateLimit,
    retry::{Safety, wait},
};

use reqwest::{
    Method,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
};

const LEFT: Duration = Duration::from_secs(30);

fn answered(status: u16, retry_after: Option<&str>) -> Error {
    let mut headers = HeaderMap::new();
    if let Some(text) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
    }
    ApiError::parse(status, &headers, b"{}").into()
}

fn broken() -> Error {
    Error::Interrupted {
        message: "reset".into(),
    }
}

fn unreachable() -> Error {
    Error::Unreachable {
        message: "refused".into(),
    }
}

/// The deadline passed, before or after something was sent.
fn late(sent: bool) -> Error {
    Error::Timeout { after: LEFT, sent }
}

#[test]
fn what_is_repeated_and_what_is_not() {
    let cases = [
        (Safety::Read, answered(429, None), true),
        (Safety::Write, answered(429, None), true),
        (Safety::Read, answered(502, None), true),
        (Safety::Read, answered(503, None), true),
        (Safety::Read, answered(504, None), true),
        (Safety::Write, answered(502, None), false),
        (Safety::Write, answered(503, None), false),
        (Safety::Read, answered(500, None), false),
        (Safety::Read, answered(400, None), false),
        (Safety::Read, answered(403, None), false),
        (Safety::Read, answered(404, None), false),
        (Safety::Read, broken(), true),
        (Safety::Write, broken(), false),
        (Safety::Read, unreachable(), true),
        (Safety::Write, unreachable(), true),
        (Safety::Read, late(false), true),
        (Safety::Write, late(false), true),
        (Safety::Read, late(true), false),
        (Safety::Write, late(true), false),
        (Safety::Read, Error::Redirected { status: 302 }, false),
        (Safety::Read, Error::MissingApiKey, false),
        (Safety::Read, Error::TooLarge { limit: 1 }, false),
    ];
    for (safety, error, expected) in cases {
        assert_eq!(
            wait(safety, &error, 1, LEFT, 0.5).is_some(),
            expected,
            "{safety:?} {error:?}"
        );
    }
}

#[test]
fn the_server_s_wait_is_kept_when_it_fits_and_given_up_when_not() {
    let seconds = |text| wait(Safety::Write, &answered(429, Some(text)), 1, LEFT, 0.0);
    assert_eq!(seconds("2"), Some(Duration::from_secs(2)));
    assert_eq!(seconds("30"), None);
    assert_eq!(seconds("3600"), None);
}

#[test]
fn waits_double_are_spread_and_capped() {
    let at = |attempt, chance| wait(Safety::Read, &answered(503, None), attempt, LEFT, chance);
    assert_eq!(at(1, 1.0), Some(Duration::from_millis(250)));
    assert_eq!(at(2, 1.0), Some(Duration::from_millis(500)));
    assert_eq!(at(3, 1.0), Some(Duration::from_secs(1)));
    assert_eq!(at(3, 0.0), Some(Duration::ZERO));
    assert_eq!(at(3, 0.25), Some(Duration::from_millis(250)));
    assert_eq!(at(9, 1.0), Some(Duration::from_secs(8)));
}

#[test]
fn nothing_is_repeated_when_no_time_is_left() {
    let error = answered(503, None);
    assert_eq!(wait(Safety::Read, &error, 1, Duration::ZERO, 0.0), None);
    assert_eq!(
        wait(Safety::Read, &error, 1, Duration::from_millis(100), 1.0),
        None
    );
}

#[test]
fn a_minute_holds_as_many_requests_as_didit_counts() {
    let limit = RateLimit::default();
    let start = Instant::now();
    for _ in 0..600 {
        limit.take(&Method::GET, "/sessions/", start).unwrap();
    }
    let wait = limit.take(&Method::GET, "/sessions/", start).unwrap_err();
    assert!(wait > Duration::from_secs(60), "{wait:?}");
    // Another scope has room of its own.
    limit.take(&Method::POST, "/session/", start).unwrap();
    // Half a minute later the old ones still count; after the whole of it they do not.
    let later = start + Duration::from_secs(30);
    assert!(limit.take(&Method::GET, "/sessions/", later).unwrap_err() < wait);
    let over = start + wait;
    limit.take(&Method::GET, "/sessions/", over).unwrap();
}

#[test]
fn reports_have_a_narrower_limit_and_count_as_reads_too() {
    let limit = RateLimit::default();
    let start = Instant::now();
    for _ in 0..50 {
        limit
            .take(&Method::GET, "/session/x/generate-pdf/", start)
            .unwrap();
    }
    assert!(
        limit
            .take(&Method::GET, "/session/x/generate-pdf/", start)
            .is_err()
    );
    for _ in 0..550 {
        limit
            .take(&Method::GET, "/session/x/decision/", start)
            .unwrap();
    }
    assert!(
        limit
            .take(&Method::GET, "/session/x/decision/", start)
            .is_err()
    );
}

async fn attempts(replies: Vec<Reply>, call: Method) -> (usize, Result<(), Error>) {
    let upstream = Upstream::start(replies).await;
    let client = upstream.builder().attempts(4).build().unwrap();
    let outcome = if call == Method::GET {
        client.balance().await.map(drop)
    } else {
        let top_up = TopUp {
            amount_in_dollars: "50".parse().unwrap(),
            success_url: None,
            cancel_url: None,
        };
        client.top_up(&top_up).await.map(drop)
    };
    (upstream.requests().len(), outcome)
}

fn status(status: u16) -> Reply {
    Reply::json(status, r#"{"detail":"later"}"#)
}

fn throttled(seconds: &str) -> Reply {
    Reply::Full {
        status: 429,
        headers: vec![("retry-after", seconds.to_owned())],
        body: b"{}".to_vec(),
    }
}

#[tokio::test]
async fn a_read_gets_through_what_passes() {
    let done = Reply::json(200, r#"{"balance":"1.0000"}"#);
    let broken = Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec());
    let (sent, outcome) = attempts(vec![status(503), broken, done], Method::GET).await;
    assert_eq!((sent, outcome), (3, Ok(())));
}

#[tokio::test]
async fn a_read_gives_up_after_four_attempts() {
    let (sent, outcome) = attempts(vec![status(502); 6], Method::GET).await;
    assert_eq!(sent, 4);
    assert_eq!(outcome.unwrap_err().api().unwrap().status, 502);
}

#[tokio::test]
async fn a_write_is_sent_again_only_when_it_was_not_processed() {
    let link = Reply::json(
        200,
        r#"{"checkout_session_id":"cs_1","checkout_session_url":"https://checkout.invalid/1"}"#,
    );
    let (sent, outcome) = attempts(vec![throttled("0"), link.clone()], Method::POST).await;
    assert_eq!((sent, outcome), (2, Ok(())));
    let (sent, outcome) = attempts(vec![status(503), link.clone()], Method::POST).await;
    assert_eq!(sent, 1);
    assert!(outcome.is_err());
    let (sent, outcome) = attempts(vec![Reply::Raw(Vec::new()), link], Method::POST).await;
    assert_eq!(sent, 1);
    assert!(
        matches!(outcome, Err(Error::Interrupted { .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_long_wait_is_told_instead_of_taken() {
    let (sent, outcome) = attempts(vec![throttled("3600")], Method::GET).await;
    assert_eq!(sent, 1);
    let error = outcome.unwrap_err();
    assert_eq!(
        error.api().unwrap().retry_after,
        Some(Duration::from_secs(3600))
    );
}

/// Refused because other processes used up the limit of a minute.
fn used_up(header: (&'static str, &str)) -> Reply {
    Reply::Full {
        status: 429,
        headers: vec![
            ("x-ratelimit-limit", "300".to_owned()),
            (header.0, header.1.to_owned()),
        ],
        body: b"{}".to_vec(),
    }
}

#[tokio::test]
async fn a_limit_that_others_used_up_is_waited_out_by_reads_and_writes() {
    let link =
        r#"{"checkout_session_id":"cs_1","checkout_session_url":"https://checkout.invalid/1"}"#;
    for (call, body) in [
        (Method::GET, r#"{"balance":"1.0000"}"#),
        (Method::POST, link),
    ] {
        let refused = used_up(("retry-after", "0"));
        let replies = vec![refused.clone(), refused, Reply::json(200, body)];
        let (sent, outcome) = attempts(replies, call).await;
        assert_eq!((sent, outcome), (3, Ok(())));
    }
    // What was waited already counts, whatever a later answer asks for.
    let absurd = used_up(("retry-after", "18446744073709551615"));
    let replies = vec![used_up(("retry-after", "0")), absurd];
    let (sent, outcome) = attempts(replies, Method::POST).await;
    assert_eq!(sent, 2);
    assert_eq!(outcome.unwrap_err().api().unwrap().status, 429);
    // The end of the window alone says enough; it is past here.
    let replies = vec![used_up(("x-ratelimit-reset", "1")), Reply::json(200, link)];
    assert_eq!(attempts(replies, Method::POST).await, (2, Ok(())));
}

#[tokio::test]
async fn a_wait_that_no_minute_explains_is_told_at_once() {
    for header in [
        ("retry-after", "3600"),
        ("retry-after", "18446744073709551615"),
        // In milliseconds, as nobody should write it.
        ("x-ratelimit-reset", "1793400000000"),
    ] {
        let replies = vec![used_up(header), Reply::json(200, "{}")];
        let (sent, outcome) = attempts(replies, Method::POST).await;
        assert_eq!(sent, 1, "{header:?}");
        assert_eq!(
            outcome.unwrap_err().api().unwrap().status,
            429,
            "{header:?}"
        );
    }
}

#[test]
fn what_others_used_up_keeps_back_its_own_kind_alone() {
    let limit = RateLimit::default();
    let start = Instant::now();
    let until = start + Duration::from_secs(20);
    limit.close(&Method::POST, "/session/", until);
    limit.take(&Method::GET, "/sessions/", start).unwrap();
    let wait = limit.take(&Method::POST, "/session/", start).unwrap_err();
    assert_eq!(wait, Duration::from_secs(20));
    limit.take(&Method::POST, "/session/", until).unwrap();
    limit.close(&Method::GET, "/session/x/generate-pdf/", until);
    limit
        .take(&Method::GET, "/session/x/decision/", start)
        .unwrap();
    assert!(
        limit
            .take(&Method::GET, "/session/x/generate-pdf/", start)
            .is_err()
    );
    // A shorter wait does not open what is closed for longer.
    limit.close(&Method::GET, "/session/x/generate-pdf/", start);
    assert!(
        limit
            .take(&Method::GET, "/session/x/generate-pdf/", start)
            .is_err()
    );
}

/// Fails the test when a call would have to wait for the rate limits.
struct NoWaiting;

impl Observer for NoWaiting {
    fn waits(&self, time: Duration) {
        panic!("a call waits {time:?} for its turn");
    }

    fn sends(&self, _: Safety) {}
}

#[tokio::test]
async fn an_api_of_ones_own_can_be_called_without_limits() {
    let answers = std::iter::repeat_n(Reply::json(200, r#"{"balance":"1"}"#), 610);
    let upstream = Upstream::start(answers).await;
    let client = upstream
        .builder()
        .rate_limits(false)
        .build()
        .unwrap()
        .with_observer(Arc::new(NoWaiting));
    for _ in 0..610 {
        client.balance().await.unwrap();
    }
}
