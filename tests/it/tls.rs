//! The connection to Didit is encrypted, and only a certificate that is trusted opens it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::support::server::{Era, Setup, run};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, pem::PemObject},
};
use serde_json::json;

const KEY: &str = "test-key-over-tls-000000000000";

/// An API with a certificate of its own authority.
struct Secured {
    port: u16,
    authority: String,
    requests: Arc<AtomicUsize>,
    bodies: Arc<Mutex<Vec<String>>>,
}

fn secured() -> Secured {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(AtomicUsize::new(0));
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let (seen, written) = (Arc::clone(&requests), Arc::clone(&bodies));
    // The thread ends with the test's process.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // A client that trusts nobody here breaks the handshake, which is what a test wants.
            drop(answer(
                StreamOwned::new(connection, stream.unwrap()),
                &seen,
                &written,
            ));
        }
    });
    Secured {
        port,
        authority: authority.pem(),
        requests,
        bodies,
    }
}

/// Reads one request and tells the balance to whoever has the key.
fn answer(
    stream: StreamOwned<ServerConnection, TcpStream>,
    requests: &AtomicUsize,
    bodies: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    requests.fetch_add(1, Ordering::SeqCst);
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut sent = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut sent)?;
    bodies
        .lock()
        .unwrap()
        .push(String::from_utf8(sent).unwrap());
    let body = if head.contains(KEY) {
        r#"{"balance":"12.50"}"#
    } else {
        "{}"
    };
    let stream = stream.get_mut();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

fn setup(api: &Secured) -> Setup {
    Setup::new(Era::Modern)
        .variable("DIDIT_API_KEY", KEY)
        .variable(
            "DIDIT_API_BASE_URL",
            &format!("https://localhost:{}/v3", api.port),
        )
}

#[test]
fn an_authority_that_the_operator_names_is_trusted() {
    let api = secured();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &api.authority).unwrap();
    let path = |path: &Path| path.display().to_string();

    let mut server = setup(&api).arguments(&["--ca-file", &path(&file)]).start();
    let answer = server.ok("didit_billing_get_balance", json!({}));
    assert!(answer.text.contains("12.50"), "{}", answer.text);
    server.stop();
    // Who checks the settings is told the same.
    let origin = format!("https://localhost:{}", api.port);
    let variables = [
        ("DIDIT_API_KEY", KEY),
        ("DIDIT_API_BASE_URL", &format!("{origin}/v3")),
        ("DIDIT_AUTH_BASE_URL", &format!("{origin}/auth/v2")),
    ];
    for (arguments, word) in [
        (&["check", "--ca-file", &path(&file)][..], "ok"),
        (&["check"], "failed"),
    ] {
        let checked = run(arguments, &variables).stdout;
        let line = checked
            .lines()
            .find(|line| line.contains("verification API"))
            .unwrap();
        assert!(line.starts_with(word), "{checked}");
    }
}

#[test]
fn nobody_else_is_trusted_and_the_key_does_not_leave() {
    let api = secured();
    let other = secured();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &other.authority).unwrap();

    let wrong = file.display().to_string();
    for arguments in [&[][..], &["--ca-file", wrong.as_str()]] {
        let mut server = setup(&api).arguments(arguments).start();
        let answer = server.fails("didit_billing_get_balance", json!({}));
        assert!(
            answer.text.to_lowercase().contains("certificate"),
            "{}",
            answer.text
        );
        server.stop();
    }
    assert_eq!(api.requests.load(Ordering::SeqCst), 0);
}

#[test]
fn the_operators_password_is_used_where_it_is_encrypted() {
    const PASSWORD: &str = "Test-password-0000!";
    let api = secured();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, &api.authority).unwrap();
    let mut server = setup(&api)
        .arguments(&["--ca-file", &file.display().to_string()])
        .variable("DIDIT_PASSWORD", PASSWORD)
        .variable(
            "DIDIT_AUTH_BASE_URL",
            &format!("https://localhost:{}/auth/v2", api.port),
        )
        .start();
    let email = json!({ "email": "operator@didit-test.local" });
    let registered = server.ok("didit_account_register", email.clone());
    let told = "The password is the one of DIDIT_PASSWORD, and stored; it is not shown.";
    assert!(registered.text.contains(told), "{}", registered.text);
    server.call("didit_account_login", email);
    for body in api.bodies.lock().unwrap().iter() {
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["password"], PASSWORD, "{body}");
    }
    assert_eq!(api.requests.load(Ordering::SeqCst), 2);
    server.stop();
}
