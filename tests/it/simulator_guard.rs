//! No page of the web reaches the simulator, and no client can fill it up.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{
    control::Standalone,
    server::{Era, Setup},
};
use serde_json::json;

fn connect(simulator: &Standalone) -> TcpStream {
    let origin = simulator.control.origin();
    let stream = TcpStream::connect(origin.strip_prefix("http://").unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
}

/// Sends a request with exactly these headers and tells the status.
fn status(simulator: &Standalone, line: &str, headers: &str, body: &str) -> u16 {
    let mut stream = connect(simulator);
    write!(
        stream,
        "{line} HTTP/1.1\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

fn port(simulator: &Standalone) -> String {
    let origin = simulator.control.origin();
    origin.rsplit(':').next().unwrap().to_owned()
}

#[test]
fn a_foreign_host_is_refused_on_every_kind_of_route() {
    let simulator = Standalone::start(&[]);
    let port = port(&simulator);
    let paths = [
        "/",
        "/_simulator/requests",
        "/v3/sessions/",
        "/auth/v2/login/",
    ];
    for path in paths {
        for host in [
            format!("host: rebound.example:{port}\r\n"),
            "host: rebound.example\r\n".to_owned(),
            "host: 127.0.0.1\r\n".to_owned(),
            "host: 127.0.0.1:1\r\n".to_owned(),
            format!("host: 127.0.0.1.evil.example:{port}\r\n"),
            format!("host: user@127.0.0.1:{port}\r\n"),
            format!("host: 127.0.0.1:{port}\r\nhost: rebound.example:{port}\r\n"),
            "host: \r\n".to_owned(),
            String::new(),
        ] {
            let line = format!("GET {path}");
            assert_eq!(status(&simulator, &line, &host, ""), 421, "{path} {host}");
        }
        let line = format!("GET http://rebound.example:{port}{path}");
        let host = format!("host: 127.0.0.1:{port}\r\n");
        assert_eq!(status(&simulator, &line, &host, ""), 421, "{line}");
    }
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"] {
        let host = format!("host: {host}:{port}\r\n");
        assert_eq!(status(&simulator, "GET /", &host, ""), 200, "{host}");
    }
}

#[test]
fn a_page_from_elsewhere_is_refused_and_a_link_to_a_page_works() {
    let simulator = Standalone::start(&[]);
    let port = port(&simulator);
    let host = format!("host: 127.0.0.1:{port}\r\n");
    let refused = [
        "origin: https://evil.example\r\n".to_owned(),
        "origin: null\r\n".to_owned(),
        "origin: http://localhost:1\r\n".to_owned(),
        format!("origin: https://127.0.0.1:{port}\r\n"),
        format!("origin: http://127.0.0.1:{port}\r\norigin: https://evil.example\r\n"),
        "sec-fetch-site: cross-site\r\n".to_owned(),
        "sec-fetch-site: same-site\r\n".to_owned(),
        "sec-fetch-site: cross-site\r\nsec-fetch-mode: no-cors\r\nsec-fetch-dest: image\r\n"
            .to_owned(),
        "sec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: iframe\r\n"
            .to_owned(),
    ];
    for line in [
        "GET /_simulator/requests",
        "POST /_simulator/reset",
        "OPTIONS /_simulator/reset",
        "GET /v3/sessions/",
        "GET /",
        "POST /u/anything",
    ] {
        for headers in &refused {
            let headers = format!("{host}{headers}");
            assert_eq!(
                status(&simulator, line, &headers, ""),
                403,
                "{line} {headers}"
            );
        }
    }
    let link = format!(
        "{host}sec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\n"
    );
    assert_eq!(status(&simulator, "GET /inbox", &link, ""), 200);
    assert_eq!(
        status(&simulator, "GET /_simulator/requests", &link, ""),
        403
    );
    assert_eq!(status(&simulator, "POST /u/anything", &link, ""), 403);
    let own = format!("{host}origin: http://127.0.0.1:{port}\r\nsec-fetch-site: same-origin\r\n");
    assert_eq!(status(&simulator, "POST /_simulator/reset", &own, ""), 204);
    let typed = format!("{host}sec-fetch-site: none\r\n");
    assert_eq!(status(&simulator, "GET /", &typed, ""), 200);
    // What was refused is not among the requests that tests look at.
    assert!(simulator.control.requests().is_empty());
}

#[test]
fn control_requests_want_json() {
    let simulator = Standalone::start(&[]);
    let host = format!("host: 127.0.0.1:{}\r\n", port(&simulator));
    let body = json!({ "advance_seconds": 3600 }).to_string();
    let line = "POST /_simulator/clock";
    for kind in [
        "",
        "content-type: text/plain\r\n",
        "content-type: application/x-www-form-urlencoded\r\n",
    ] {
        let headers = format!("{host}{kind}");
        assert_eq!(status(&simulator, line, &headers, &body), 415, "{kind}");
    }
    let headers = format!("{host}content-type: application/json; charset=utf-8\r\n");
    assert_eq!(status(&simulator, line, &headers, &body), 200);
    assert_eq!(status(&simulator, "POST /_simulator/reset", &host, ""), 204);
}

#[test]
#[cfg(target_os = "linux")]
fn many_large_bodies_are_forgotten_by_their_bytes() {
    let simulator = Standalone::start(&["--no-rate-limits"]);
    let host = format!(
        "host: 127.0.0.1:{}\r\nx-api-key: {}\r\ncontent-type: application/json\r\n",
        port(&simulator),
        simulator.api_key
    );
    let body = format!("{{\"junk\": \"{}\"}}", "x".repeat(8 * 1024 * 1024));
    for _ in 0..12 {
        status(&simulator, "POST /v3/session/", &host, &body);
    }
    let kept = simulator.control.requests();
    assert!(!kept.is_empty() && kept.len() <= 4, "{}", kept.len());
    assert_eq!(kept.last().unwrap().body, body);
}

#[test]
#[cfg(target_os = "linux")]
fn half_sent_heads_do_not_take_the_file_handles() {
    let simulator = Standalone::start(&[]);
    let held: Vec<TcpStream> = (0..320)
        .map(|_| {
            let mut stream = connect(&simulator);
            stream.write_all(b"GET / HTTP/1.1\r\nhost: ").unwrap();
            stream
        })
        .collect();
    let handles = format!("/proc/{}/fd", simulator.id());
    // The most that is seen while it takes what it takes.
    let end = Instant::now() + Duration::from_secs(2);
    let mut open = 0;
    while Instant::now() < end {
        open = open.max(std::fs::read_dir(&handles).unwrap().count());
    }
    assert!(open < 290, "{open} file handles");
    drop(held);
    assert!(simulator.control.get("state")["sessions"].is_u64());
}

#[test]
fn the_operators_password_is_not_given_to_a_simulator() {
    const PASSWORD: &str = "Test-password-0000!";
    for era in Era::BOTH {
        let simulator = Standalone::start(&[]);
        let [api, auth] = simulator.arguments();
        for arguments in [vec!["--simulate"], vec![&api, &auth]] {
            let built_in = arguments.len() == 1;
            let mut server = Setup::new(era)
                .arguments(&arguments)
                .variable("DIDIT_PASSWORD", PASSWORD)
                .start();
            let control = if built_in {
                crate::support::control::Control::of(&mut server)
            } else {
                simulator.control.clone()
            };
            let email = json!({ "email": "operator@didit-test.local" });
            let registered = server.ok("didit_account_register", email.clone());
            assert!(
                registered
                    .text
                    .contains("The password was generated and stored")
                    && registered.text.contains("DIDIT_PASSWORD is never given"),
                "{}",
                registered.text
            );
            server.ok(
                "didit_account_verify_email",
                json!({ "code": control.code() }),
            );
            server.ok("didit_account_login", json!({}));
            let sent = control.requests();
            assert!(sent.iter().any(|request| request.body.contains("password")));
            assert!(sent.iter().all(|request| !request.body.contains(PASSWORD)));
            server.stop();
        }
        // Nothing is stored for this address, and the variable does not help.
        let mut server = Setup::new(era)
            .arguments(&[&api, &auth])
            .variable("DIDIT_PASSWORD", PASSWORD)
            .start();
        let failed = server.fails(
            "didit_account_login",
            json!({ "email": "operator@didit-test.local" }),
        );
        assert!(failed.text.contains("no_account") || failed.text.contains("No account"));
        assert!(
            failed.text.contains("DIDIT_PASSWORD is never given"),
            "{}",
            failed.text
        );
        assert!(simulator.control.requests().is_empty());
        server.stop();
    }
}
