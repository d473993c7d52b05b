//! The simulator as a test sees it: its control endpoints, what the program sent to it, and a child process of its own.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command};
use std::time::Duration;

use serde_json::{Value, json};

use super::server::{Server, Setup, command};

/// The key of the application that the built-in simulator starts with.
pub const KEY: &str = "test-key-simulator-0000000000000000000000000";

/// Starts a server on its built-in simulator, which holds nothing yet.
pub fn simulated(setup: Setup) -> (Server, Control) {
    let mut server = setup.arguments(&["--simulate"]).start();
    let control = Control::of(&mut server);
    (server, control)
}

/// The control endpoints of one simulator.
#[derive(Debug, Clone)]
pub struct Control {
    /// `127.0.0.1:PORT`.
    address: String,
}

/// A simulator that runs alone, as any HTTP client would use it.
pub struct Standalone {
    child: Child,
    // Kept open: the child goes on writing after what is read here.
    _output: BufReader<ChildStdout>,
    /// Its control endpoints.
    pub control: Control,
    /// The key of its application.
    pub api_key: String,
}

impl Standalone {
    /// Starts `didit-mcp simulate` on a free port.
    pub fn start(arguments: &[&str]) -> Self {
        let mut all = vec!["simulate".to_owned(), "--port".to_owned(), "0".to_owned()];
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        let mut child = spawn(&mut command(&all, &HashMap::new()));
        let mut output = BufReader::new(child.stdout.take().expect("standard output"));
        let mut value_of = |name: &str| {
            output
                .by_ref()
                .lines()
                .map(|line| line.expect("a line"))
                .find_map(|line| line.strip_prefix(name).map(str::to_owned))
                .expect("the simulator says where it is")
        };
        let base = value_of("DIDIT_API_BASE_URL=");
        let api_key = value_of("DIDIT_API_KEY=");
        Self {
            child,
            _output: output,
            control: Control::at(&base),
            api_key,
        }
    }

    /// Registers a webhook destination on this port of the machine; its secret.
    pub fn destination(&self, port: u16) -> String {
        let created = self.control.api(
            "POST",
            "/v3/webhook/destinations/",
            &self.api_key,
            &json!({
                "label": "test",
                "url": format!("http://127.0.0.1:{port}/hook"),
                "webhook_version": "v3",
                "subscribed_events": ["status.updated"],
            }),
        );
        created["secret_shared_key"]
            .as_str()
            .expect("a secret")
            .to_owned()
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The arguments that point the server at it.
    pub fn arguments(&self) -> [String; 2] {
        [
            format!("--api-base-url=http://{}/v3", self.control.address),
            format!("--auth-base-url=http://{}/auth/v2", self.control.address),
        ]
    }
}

impl Drop for Standalone {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn spawn(command: &mut Command) -> Child {
    command.spawn().expect("the program starts")
}

impl Control {
    /// The simulator of a server that was started with `--simulate`.
    pub fn of(server: &mut Server) -> Self {
        let status = server.ok("didit_account_status", json!({}));
        Self::at(status.field("simulator_url"))
    }

    /// The simulator at the origin of a URL.
    pub fn at(url: &str) -> Self {
        let rest = url.strip_prefix("http://").expect("an http URL");
        Self {
            address: rest.split('/').next().unwrap_or_default().to_owned(),
        }
    }

    /// Its origin, such as `http://127.0.0.1:49152`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Reads a control endpoint.
    pub fn get(&self, path: &str) -> Value {
        self.send("GET", path, None)
    }

    /// Calls a control endpoint.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        self.send("POST", path, Some(body))
    }

    /// Empties what a control endpoint holds.
    pub fn delete(&self, path: &str) {
        self.send("DELETE", path, None);
    }

    /// Plays the person to the end.
    pub fn finish(&self, session: &str, scenario: &str) {
        self.post(
            &format!("sessions/{session}/finish"),
            &json!({ "scenario": scenario }),
        );
    }

    /// Forces a status.
    pub fn force(&self, session: &str, status: &str) {
        let answer = self.post(
            &format!("sessions/{session}/status"),
            &json!({ "status": status }),
        );
        assert_eq!(answer["status"], status);
    }

    /// Lets every request through again.
    pub fn remove_faults(&self) {
        self.send("DELETE", "faults", None);
    }

    /// The newest e-mail code.
    pub fn code(&self) -> String {
        let inbox = self.get("inbox");
        let mail = inbox.as_array().and_then(|mails| mails.last());
        mail.and_then(|mail| mail["code"].as_str())
            .expect("a mail with a code")
            .to_owned()
    }

    /// What reached the API since the last look, oldest first.
    pub fn requests(&self) -> Vec<Recorded> {
        let requests = self.get("requests");
        self.send("DELETE", "requests", None);
        requests
            .as_array()
            .expect("requests")
            .iter()
            .map(Recorded::read)
            .collect()
    }

    /// Holds what reached the API since the last look against `METHOD /path?query body` lines; the headers must be those that
    /// Didit asks for.
    #[track_caller]
    pub fn assert_sent(&self, key: &str, expected: &[&str]) {
        let requests = self.requests();
        for request in &requests {
            request.check_headers(key);
        }
        let sent: Vec<String> = requests.iter().map(Recorded::line).collect();
        assert_eq!(sent, expected);
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let body = body.map(Value::to_string).unwrap_or_default();
        self.exchange(method, &format!("/_simulator/{path}"), "", &body)
    }

    /// Calls the API itself, as a client of its own, and forgets that it did.
    pub fn api(&self, method: &str, path: &str, key: &str, body: &Value) -> Value {
        self.with_header(method, path, &format!("x-api-key: {key}"), body)
    }

    /// Calls the API itself with a header of the caller's choice, and forgets that it did.
    pub fn with_header(&self, method: &str, path: &str, header: &str, body: &Value) -> Value {
        let answer = self.exchange(method, path, &format!("{header}\r\n"), &body.to_string());
        self.send("DELETE", "requests", None);
        answer
    }

    fn exchange(&self, method: &str, path: &str, header: &str, body: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).expect("the simulator listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a deadline");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{header}connection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        )
        .expect("the simulator reads");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("the simulator answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        assert!(head.starts_with("HTTP/1.1 2"), "{method} {path}: {answer}");
        if body.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(body).expect("JSON")
    }
}

/// A request as it reached the API.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Recorded {
    fn read(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().expect("a text").to_owned();
        let headers = value["headers"].as_object().expect("headers");
        Self {
            method: text("method"),
            path: text("path"),
            query: text("query"),
            headers: headers
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            body: text("body"),
        }
    }

    /// `METHOD /path?query body`, without what is absent.
    pub fn line(&self) -> String {
        let mut line = format!("{} {}", self.method, self.path);
        if !self.query.is_empty() {
            line.push_str(&format!("?{}", self.query));
        }
        if !self.body.is_empty() {
            line.push_str(&format!(" {}", self.body));
        }
        line
    }

    fn check_headers(&self, key: &str) {
        let header = |name: &str| self.headers.get(name).map(String::as_str);
        let line = self.line();
        let with_key = self.path.starts_with("/v3/");
        assert_eq!(header("x-api-key"), with_key.then_some(key), "{line}");
        let accepted = if self.path.ends_with("/generate-pdf/") {
            "application/pdf, application/json"
        } else {
            "application/json"
        };
        assert_eq!(header("accept"), Some(accepted), "{line}");
        let content = (!self.body.is_empty()).then_some("application/json");
        assert_eq!(header("content-type"), content, "{line}");
        assert_eq!(
            header("user-agent"),
            Some(concat!("didit-mcp/", env!("CARGO_PKG_VERSION"))),
            "{line}"
        );
        let bearer = self.path.starts_with("/auth/v2/organizations/");
        assert_eq!(header("authorization").is_some(), bearer, "{line}");
    }
}
