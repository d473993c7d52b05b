//! What must hold for every line that a client sends, and for every answer that Didit gives. The fuzz targets run it on
//! invented bytes, the tests on seeds.

use std::{
    collections::{HashMap, HashSet},
    io::Cursor,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use didit_mcp::{
    credentials::{Profile, Store},
    didit::ApiKey,
    redact::Redactor,
    server::{Confirmation, Policy, Server, serve_streams},
    tools::{Connection, ConnectionSettings, KeySource, Mode, PersonalData, Toolset},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::{
    io::{
        AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf,
    },
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_util::sync::CancellationToken;

/// The key of the account, which must never come back.
pub const KEY: &str = "test-key-of-the-fuzzed-account-0123456789";
/// Far longer than anything here takes; reaching it means that something hangs.
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer may be longer: the cap on a text, doubled by its structured form, and the envelope.
const LONGEST_LINE: usize = 400_000;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

fn server(api: &str, key: Option<&str>, redactor: &Redactor) -> Server {
    let settings = ConnectionSettings {
        mode: Mode::Didit,
        api_base_url: format!("{api}/v3").parse().unwrap(),
        auth_base_url: format!("{api}/auth/v2").parse().unwrap(),
        api_key: key.map(|key| (ApiKey::new(key), KeySource::Environment)),
        password: None,
        webhook_secret: None,
        workflow_id: None,
        output_dir: PathBuf::new(),
        audit_log: None,
        timeout: Duration::from_secs(10),
        rate_limits: false,
        extra_ca_pem: None,
        personal_data: PersonalData::Minimal,
        switches: Vec::new(),
    };
    let policy = Policy {
        toolsets: Toolset::ALL.to_vec(),
        // Nothing of this may reach a network, and without a key reading does not.
        read_only: true,
        allow_irreversible: false,
        confirmation: Confirmation::Ask,
        confirm_wait: Duration::from_secs(1),
    };
    let store = Store::Memory(Box::new(Mutex::new(Profile::default())));
    let connection = Arc::new(Connection::new(settings, store, redactor.clone()));
    Server::new(connection, &policy, None)
}

/// Serves `input` as all that a client ever sends, and checks what comes back.
pub fn line_protocol(input: &[u8]) {
    let output = runtime().block_on(async {
        let redactor = Redactor::default();
        let server = server("http://127.0.0.1:9", None, &redactor);
        let (writer, mut reader) = tokio::io::duplex(1024 * 1024);
        let serving = serve_streams(
            server,
            Cursor::new(input.to_vec()),
            writer,
            CancellationToken::new(),
            redactor,
        );
        let mut output = Vec::new();
        let (_, read) = tokio::time::timeout(PATIENCE, async {
            tokio::join!(serving, reader.read_to_end(&mut output))
        })
        .await
        .expect("serving ends at the end of input");
        read.unwrap();
        output
    });
    check_output(input, &output);
}

/// Every line out is a message of the protocol, and answers at most once what was asked.
fn check_output(input: &[u8], output: &[u8]) {
    assert!(
        output.is_empty() || output.ends_with(b"\n"),
        "a half-written line"
    );
    let asked = ids(input);
    let mut answered: HashMap<String, usize> = HashMap::new();
    for line in output
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let message: Value = serde_json::from_slice(line).expect("a line of JSON");
        assert_eq!(message["jsonrpc"], "2.0");
        if message.get("method").is_some() {
            continue;
        }
        assert!(message.get("result").is_some() != message.get("error").is_some());
        let id = &message["id"];
        if !id.is_null() {
            *answered.entry(id.to_string()).or_default() += 1;
        }
    }
    for (id, times) in &answered {
        let asked = asked.get(id).copied().unwrap_or_default();
        assert!(
            *times <= asked,
            "{id}: answered {times} times, asked {asked} times"
        );
    }
    for id in owed(input).filter(|id| asked.get(id) == Some(&1)) {
        assert!(
            answered.contains_key(&id),
            "{id} got no answer:\n{}\n->\n{}",
            String::from_utf8_lossy(input),
            String::from_utf8_lossy(output)
        );
    }
}

/// The ids of requests whose callers wait for an answer. One that was cancelled gets none, and a subscription gets its own
/// when it ends.
fn owed(input: &[u8]) -> impl Iterator<Item = String> {
    let requests = lines(input).filter_map(|message| {
        let method = message.get("method")?.as_str()?;
        let id = message
            .get("id")
            .filter(|id| id.is_string() || id.as_i64().is_some())?;
        (method != "subscriptions/listen").then(|| id.to_string())
    });
    let cancelled = lines(input).any(|message| message.to_string().contains("cancelled"));
    requests.filter(move |_| !cancelled)
}

/// What of a line names its caller, also where the rest is nested too deep, or holds half a character.
#[derive(Deserialize)]
struct Head {
    id: Option<Value>,
}

/// How often each id stands in a line that is JSON.
fn ids(input: &[u8]) -> HashMap<String, usize> {
    let mut ids = HashMap::new();
    for head in read_lines::<Head>(input) {
        if let Some(id) = head.id {
            *ids.entry(id.to_string()).or_default() += 1;
        }
    }
    ids
}

/// The lines that are JSON.
fn lines(input: &[u8]) -> impl Iterator<Item = Value> {
    read_lines(input)
}

fn read_lines<T: DeserializeOwned>(input: &[u8]) -> impl Iterator<Item = T> {
    input.split(|byte| *byte == b'\n').filter_map(|line| {
        let line = line.trim_ascii();
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        serde_json::from_slice(line).ok()
    })
}

/// What the API says next, and to whom.
#[derive(Default)]
struct Script {
    status: u16,
    body: Vec<u8>,
}

/// A session with a server whose API answers whatever it is told.
pub struct Answers {
    runtime: Runtime,
    script: Arc<Mutex<Script>>,
    reader: BufReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
    next_id: u64,
}

/// Each answer is read by one of these calls.
const CALLS: [(&str, &str); 8] = [
    (
        "didit_session_get_decision",
        r#"{"session_id":"5b1f3c9a-0000-4000-8000-00000000000a"}"#,
    ),
    (
        "didit_session_get_decision",
        r#"{"session_id":"5b1f3c9a-0000-4000-8000-00000000000a","detail":"detailed"}"#,
    ),
    ("didit_session_list", "{}"),
    ("didit_workflow_list", "{}"),
    (
        "didit_workflow_get",
        r#"{"workflow_id":"5b1f3c9a-0000-4000-8000-00000000000b"}"#,
    ),
    ("didit_blocklist_list", "{}"),
    ("didit_billing_get_balance", "{}"),
    ("didit_webhook_list", "{}"),
];

/// Statuses that are not asked again, which would only cost time.
const STATUSES: [u16; 8] = [200, 201, 204, 400, 401, 403, 404, 500];

impl Answers {
    /// Starts the API and opens the session.
    pub fn start() -> Self {
        let runtime = runtime();
        let script = Arc::new(Mutex::new(Script::default()));
        let said = Arc::clone(&script);
        let stream = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let api = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(answer(stream, Arc::clone(&said)));
                }
            });
            let redactor = Redactor::default();
            let server = server(&api, Some(KEY), &redactor);
            let (ours, theirs) = tokio::io::duplex(1024 * 1024);
            let (reader, writer) = tokio::io::split(theirs);
            tokio::spawn(serve_streams(
                server,
                reader,
                writer,
                CancellationToken::new(),
                redactor,
            ));
            ours
        });
        let (reader, writer) = tokio::io::split(stream);
        let mut session = Self {
            runtime,
            script,
            reader: BufReader::new(reader),
            writer,
            next_id: 0,
        };
        session.request("initialize", &json!({
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "fuzz", "version": "1" },
        }));
        session
    }

    /// Lets the API answer with these bytes, of which the first two choose the call and the status, and checks what the
    /// agent reads.
    pub fn check(&mut self, input: &[u8]) {
        let [call, status, body @ ..] = input else {
            return;
        };
        let (tool, arguments) = CALLS[usize::from(*call) % CALLS.len()];
        *self.script.lock().unwrap() = Script {
            status: STATUSES[usize::from(*status) % STATUSES.len()],
            body: body.to_vec(),
        };
        let arguments: Value = serde_json::from_str(arguments).unwrap();
        let line = self.request(
            "tools/call",
            &json!({ "name": tool, "arguments": arguments }),
        );
        assert!(line.len() < LONGEST_LINE, "{} bytes", line.len());
        assert!(!line.contains(KEY), "the key came back");
        let message: Value = serde_json::from_str(&line).expect("a line of JSON");
        let result = message
            .get("result")
            .unwrap_or_else(|| panic!("no result: {line}"));
        let failed = result["isError"] == json!(true);
        assert!(
            !(failed && result.get("structuredContent").is_some()),
            "an error with data"
        );
        for content in result["content"].as_array().expect("content") {
            let text = content["text"].as_str().unwrap_or_default();
            let hidden = text.chars().find(|letter| is_hidden(*letter));
            assert!(hidden.is_none(), "{hidden:?} in {text:?}");
            assert!(
                text.chars().count() <= 33_000,
                "{} characters",
                text.chars().count()
            );
        }
    }

    fn request(&mut self, method: &str, params: &Value) -> String {
        self.next_id += 1;
        let request =
            json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params });
        let (reader, writer) = (&mut self.reader, &mut self.writer);
        self.runtime.block_on(async {
            writer
                .write_all(format!("{request}\n").as_bytes())
                .await
                .unwrap();
            let mut line = String::new();
            tokio::time::timeout(PATIENCE, reader.read_line(&mut line))
                .await
                .expect("an answer")
                .unwrap();
            line
        })
    }
}

fn is_hidden(letter: char) -> bool {
    letter.is_control() && letter != '\n'
        || matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Answers every request on a connection with what the script says, the request's own key put where it asks for it.
async fn answer(stream: TcpStream, script: Arc<Mutex<Script>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let (status, body) = {
            let script = script.lock().unwrap();
            (script.status, echoed(&script.body))
        };
        let body = if status == 204 { Vec::new() } else { body };
        let head = format!(
            "HTTP/1.1 {status} Fuzzed\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        // One write, because a second small one would wait for the first to be acknowledged.
        stream
            .get_mut()
            .write_all(&[head.as_bytes(), &body].concat())
            .await?;
    }
}

/// A body may quote the key that came with the request, as some servers do.
fn echoed(body: &[u8]) -> Vec<u8> {
    let mut echoed = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(start) = rest.windows(5).position(|window| window == b"$KEY$") {
        echoed.extend_from_slice(&rest[..start]);
        echoed.extend_from_slice(KEY.as_bytes());
        rest = &rest[start + 5..];
    }
    echoed.extend_from_slice(rest);
    echoed
}

/// Every input nearby: cut short at some places, and with single bytes changed.
pub fn neighbours(seed: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let places: HashSet<usize> = (0..=24).map(|part| seed.len() * part / 24).collect();
    places.into_iter().flat_map(|place| {
        let changed = |byte: u8| {
            let mut changed = seed.to_vec();
            if let Some(at) = changed.get_mut(place) {
                *at = byte;
            }
            changed
        };
        [
            seed[..place].to_vec(),
            changed(b'"'),
            changed(b'}'),
            changed(0xff),
        ]
    })
}
