//! Deadlines, limits, redirects, broken connections, reports and base URLs.

use std::time::Duration;

use crate::support::upstream::{KEY, Reply, Upstream};
use didit_mcp::didit::{ApiKey, Client, Error, ErrorKind, Password, Registration, SessionId};
use tokio::net::TcpSocket;

const SHORT: Duration = Duration::from_millis(200);

/// A port that is taken and refuses every connection, as long as the socket lives.
fn refusing() -> (TcpSocket, url::Url) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/v3", socket.local_addr().unwrap())
        .parse()
        .unwrap();
    (socket, url)
}

fn session() -> SessionId {
    "5b1f3c9a-0000-4000-8000-00000000000a".parse().unwrap()
}

#[tokio::test]
async fn one_deadline_covers_silence_and_trickling() {
    for reply in [Reply::Stall, Reply::Trickle] {
        let upstream = Upstream::start([reply.clone()]).await;
        let client = upstream.builder().timeout(SHORT).build().unwrap();
        assert_eq!(
            client.balance().await,
            Err(Error::Timeout {
                after: SHORT,
                sent: true
            }),
            "{reply:?}"
        );
        assert_eq!(upstream.requests().len(), 1);
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Upstream::start([Reply::json(200, r#"{"balance":"1"}"#)]).await;
    for status in [301, 302, 303, 307, 308] {
        let reply = Reply::Full {
            status,
            headers: vec![(
                "location",
                elsewhere.url("/v3/billing/balance/").to_string(),
            )],
            body: Vec::new(),
        };
        let upstream = Upstream::start([reply]).await;
        let result = upstream.builder().build().unwrap().balance().await;
        assert_eq!(result, Err(Error::Redirected { status }));
    }
    assert!(
        elsewhere.requests().is_empty(),
        "the key stays where it belongs"
    );
}

#[tokio::test]
async fn an_answer_has_a_size_limit() {
    let body = format!(r#"{{"balance":"{}"}}"#, "1".repeat(100));
    let exact = Upstream::start([Reply::json(200, &body)]).await;
    assert!(
        exact
            .builder()
            .max_body_bytes(body.len())
            .build()
            .unwrap()
            .balance()
            .await
            .is_ok()
    );
    let over = Upstream::start([Reply::json(200, &body)]).await;
    let result = over
        .builder()
        .max_body_bytes(body.len() - 1)
        .build()
        .unwrap()
        .balance()
        .await;
    assert_eq!(
        result,
        Err(Error::TooLarge {
            limit: body.len() - 1
        })
    );
}

#[tokio::test]
async fn the_limit_holds_for_bodies_without_a_length() {
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.extend(vec![b' '; 5000]);
    let upstream = Upstream::start([Reply::Raw(endless)]).await;
    let client = upstream.builder().max_body_bytes(1000).build().unwrap();
    assert_eq!(client.balance().await, Err(Error::TooLarge { limit: 1000 }));
}

/// Two large answers that never end keep no others from being read, large ones included.
#[tokio::test]
async fn large_answers_that_stall_do_not_starve_the_others() {
    let mut stalled = b"HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\n\r\n".to_vec();
    stalled.resize(stalled.len() + 1_000_000, b' ');
    let large = format!("{}{{\"balance\":\"1\"}}", " ".repeat(2_000_000));
    let mut script = vec![Reply::Held(stalled); 4];
    script.extend(vec![Reply::json(200, &large); 3]);
    let upstream = Upstream::start(script).await;
    let client = upstream
        .builder()
        .timeout(Duration::from_secs(8))
        .build()
        .unwrap();
    let mut held: Vec<_> = (0..4).map(|_| Box::pin(client.balance())).collect();
    let others = async {
        // Only once those four are under way.
        while upstream.requests().len() < 4 {
            tokio::task::yield_now().await;
        }
        for _ in 0..3 {
            let balance = client.balance().await;
            assert!(balance.is_ok(), "{balance:?}");
        }
    };
    let all = async {
        futures_util::future::join_all(held.iter_mut().map(|call| call.as_mut())).await;
    };
    tokio::select! {
        () = others => {}
        () = all => panic!("the stalled answers ended first"),
    }
}

/// Informational answers may go on for ever; the deadline ends them, and other calls are served meanwhile.
#[tokio::test]
async fn informational_answers_without_end_are_bounded_by_the_deadline() {
    let hint = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n".repeat(20);
    let balance = Reply::json(200, r#"{"balance":"1"}"#);
    let upstream = Upstream::start([Reply::Endless(hint), balance]).await;
    let client = upstream
        .builder()
        .timeout(Duration::from_secs(2))
        .build()
        .unwrap();
    let other = async {
        while upstream.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        client.balance().await
    };
    let (endless, other) = tokio::join!(client.balance(), other);
    let expected = Error::Timeout {
        after: Duration::from_secs(2),
        sent: true,
    };
    assert_eq!(endless, Err(expected));
    assert!(other.is_ok(), "{other:?}");
    // The connection goes with the call, or reading it would go on for ever.
    let closed = tokio::time::timeout(Duration::from_secs(20), async {
        while upstream.open_connections() > 0 {
            tokio::task::yield_now().await;
        }
    });
    assert!(closed.await.is_ok(), "it is still read");
}

/// What an error answer says in its status is kept even when its body is too large or breaks off.
#[tokio::test]
async fn an_error_keeps_its_status_whatever_its_body() {
    let cut = b"HTTP/1.1 404 X\r\ncontent-length: 50\r\n\r\n{\"detail\":".to_vec();
    for (reply, status, kind) in [
        (
            Reply::json(502, &"x".repeat(5000)),
            502,
            ErrorKind::Unavailable,
        ),
        (Reply::Raw(cut), 404, ErrorKind::NotFound),
    ] {
        let upstream = Upstream::start([reply]).await;
        let result = upstream
            .builder()
            .max_body_bytes(1000)
            .build()
            .unwrap()
            .balance()
            .await;
        let Err(Error::Api(error)) = result else {
            panic!("{result:?}")
        };
        assert_eq!((error.status, error.kind), (status, kind));
    }
}

#[tokio::test]
async fn a_broken_connection_is_told_from_none() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"bal",
        b"not http at all",
    ] {
        let upstream = Upstream::start([Reply::Raw(bytes.to_vec())]).await;
        let result = upstream.builder().build().unwrap().balance().await;
        assert!(
            matches!(result, Err(Error::Interrupted { .. })),
            "{result:?}"
        );
        assert_eq!(upstream.requests().len(), 1, "nothing is sent twice");
    }
    let (_socket, nobody) = refusing();
    let client = Client::builder()
        .api_base_url(nobody)
        .api_key(ApiKey::new(KEY))
        .build()
        .unwrap();
    let error = client.balance().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
}

/// Nothing that could be secret is in any error of the transport.
#[tokio::test]
async fn errors_hold_neither_key_nor_address_nor_query() {
    let (_socket, nobody) = refusing();
    let upstream =
        Upstream::start([Reply::Raw(Vec::new()), Reply::Stall, Reply::json(500, "{}")]).await;
    let mut shown = String::new();
    for base in [
        nobody,
        upstream.url("/v3"),
        upstream.url("/v3"),
        upstream.url("/v3"),
    ] {
        let client = Client::builder()
            .api_base_url(base)
            .api_key(ApiKey::new(KEY))
            .timeout(SHORT)
            .build()
            .unwrap();
        let filter = didit_mcp::didit::SessionFilter {
            search: Some("ada@mail.test".parse().unwrap()),
            ..didit_mcp::didit::SessionFilter::default()
        };
        let error = client.list_sessions(&filter).await.unwrap_err();
        shown.push_str(&format!("{error} {error:?} {client:?}"));
    }
    for secret in [KEY, "ada", "search="] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn a_report_is_bytes_with_a_plain_name() {
    let named = |disposition: &str| Reply::Full {
        status: 200,
        headers: vec![
            ("content-type", "application/pdf".to_owned()),
            ("content-disposition", disposition.to_owned()),
        ],
        body: b"%PDF-1.7 \xff\x00 end".to_vec(),
    };
    let fallback = format!("session_{}.pdf", session());
    for (disposition, name) in [
        (
            "attachment; filename=business_5b1f.pdf",
            "business_5b1f.pdf",
        ),
        ("attachment; filename=\"report.pdf\"", "report.pdf"),
        (
            "attachment; filename=../../etc/passwd.pdf",
            fallback.as_str(),
        ),
        ("attachment; filename=run.exe", fallback.as_str()),
        ("attachment; filename=.hidden.pdf", fallback.as_str()),
        ("inline", fallback.as_str()),
    ] {
        let upstream = Upstream::start([named(disposition)]).await;
        let pdf = upstream
            .builder()
            .build()
            .unwrap()
            .generate_pdf(&session())
            .await
            .unwrap();
        assert_eq!(
            (pdf.bytes.as_slice(), pdf.file_name.as_str()),
            (&b"%PDF-1.7 \xff\x00 end"[..], name)
        );
    }
    let page = Upstream::start([Reply::json(200, "<html>")]).await;
    let result = page
        .builder()
        .build()
        .unwrap()
        .generate_pdf(&session())
        .await;
    assert!(
        matches!(result, Err(Error::Unreadable { status: 200, .. })),
        "{result:?}"
    );
}

#[tokio::test]
async fn the_key_never_goes_to_the_account_host() {
    let upstream = Upstream::start([Reply::json(201, "{}")]).await;
    let registration = Registration {
        email: "ada@mail.test".to_owned(),
        password: Password::new("Fake-passw0rd"),
    };
    upstream
        .builder()
        .build()
        .unwrap()
        .register(&registration)
        .await
        .unwrap();
    assert_eq!(upstream.requests()[0].header("x-api-key"), None);
}

#[tokio::test]
async fn a_base_url_may_end_with_a_slash_or_have_no_path() {
    for (base, target) in [
        ("/v3/", "GET /v3/billing/balance/"),
        ("", "GET /billing/balance/"),
    ] {
        let upstream = Upstream::start([]).await;
        let client = upstream
            .builder()
            .api_base_url(upstream.url(base))
            .build()
            .unwrap();
        let _ = client.balance().await;
        assert_eq!(upstream.requests()[0].line, target);
    }
}

/// A variable of the environment cannot be set within a test safely, so this program runs one of its tests again with it.
#[tokio::test]
async fn a_proxy_never_sees_what_is_meant_for_this_machine() {
    let proxy = Upstream::start([]).await;
    let child = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_base_url_may_end_with_a_slash_or_have_no_path"])
        .envs(
            ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
                .map(|name| (name, proxy.url("").to_string())),
        )
        .env_remove("REQUEST_METHOD")
        .output()
        .await
        .unwrap();
    assert!(
        child.status.success(),
        "{}",
        String::from_utf8_lossy(&child.stdout)
    );
    assert!(proxy.requests().is_empty());
}

#[test]
fn base_urls_are_https_or_on_this_machine() {
    let built = |url: &str| Client::builder().api_base_url(url.parse().unwrap()).build();
    for good in [
        "https://verification.didit.me/v3",
        "https://proxy.test:8443/didit",
        "http://127.0.0.1:8080/v3",
        "http://127.9.9.9/v3",
        "http://[::1]:8080/v3",
        "http://localhost:8080/v3",
    ] {
        assert!(built(good).is_ok(), "{good}");
    }
    for bad in [
        "http://verification.didit.me/v3",
        "http://192.168.1.10/v3",
        "http://localhost.example.test/v3",
        "http://0.0.0.0/v3",
        "ftp://127.0.0.1/v3",
        "file:///v3",
        "https://user:pass@verification.didit.me/v3",
        "https://verification.didit.me/v3?key=1",
        "https://verification.didit.me/v3#x",
    ] {
        let Err(Error::Invalid { field, .. }) = built(bad) else {
            panic!("{bad}")
        };
        assert_eq!(field, "api_base_url");
    }
    let other = Client::builder()
        .auth_base_url("http://apx.didit.me/auth/v2".parse().unwrap())
        .build();
    assert!(matches!(other, Err(Error::Invalid { field, .. }) if field == "auth_base_url"));
}

#[test]
fn extra_certificates_must_be_certificates() {
    for pem in [
        &b""[..],
        b"nothing",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let result = Client::builder().extra_ca_pem(pem.to_vec()).build();
        assert!(matches!(result, Err(Error::Invalid { field, .. }) if field == "extra_ca_pem"));
    }
}
