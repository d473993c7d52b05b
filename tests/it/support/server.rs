//! The real program as a child process, spoken to in JSON-RPC lines as a client would, in either era of the protocol.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::program::program;

/// How long a line may take before the test counts as hung. Keeping to the rate limits takes up to a minute by itself.
const DEADLINE: Duration = Duration::from_secs(180);
const MODERN: &str = "2026-07-28";

/// Which kind of session the client opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// `initialize` with this version, then `notifications/initialized`.
    Legacy(&'static str),
    /// `server/discover`, and the client's own data in `_meta` of every request.
    Modern,
}

impl Era {
    /// The newest version of each era.
    pub const BOTH: [Self; 2] = [Self::Legacy("2025-11-25"), Self::Modern];
}

/// What the human behind the client does when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Human {
    /// Chooses what agrees.
    Agrees,
    /// Sends the form without an answer.
    SendsItEmpty,
    /// Says no.
    Declines,
    /// Closes the question.
    Cancels,
    /// Never sees it: the client cannot show the question that it said it could (older handshake only).
    NeverSeesIt,
}

impl Human {
    fn answer(self, question: &Value) -> Value {
        match self {
            Self::Agrees => {
                let choices = &question["requestedSchema"]["properties"]["answer"]["enum"];
                json!({ "action": "accept", "content": { "answer": choices[0] } })
            }
            Self::SendsItEmpty => json!({ "action": "accept", "content": {} }),
            Self::Declines => json!({ "action": "decline" }),
            Self::Cancels => json!({ "action": "cancel" }),
            Self::NeverSeesIt => Value::Null,
        }
    }
}

/// How the program is started and what the client can do.
pub struct Setup {
    era: Era,
    arguments: Vec<String>,
    variables: HashMap<String, String>,
    human: Option<VecDeque<Human>>,
    elicitation: Value,
    home: TempDir,
}

impl Setup {
    /// A client of an era that cannot ask its human anything.
    pub fn new(era: Era) -> Self {
        let home = tempfile::tempdir().expect("a folder for the child");
        let folder = |name: &str| home.path().join(name).display().to_string();
        let variables = HashMap::from([
            ("HOME".to_owned(), folder("")),
            ("XDG_CONFIG_HOME".to_owned(), folder("config")),
            ("XDG_DATA_HOME".to_owned(), folder("data")),
            ("DIDIT_MCP_OUTPUT_DIR".to_owned(), folder("output")),
        ]);
        Self {
            era,
            arguments: Vec::new(),
            variables,
            human: None,
            elicitation: json!({ "form": {} }),
            home,
        }
    }

    /// Adds arguments of the command line.
    pub fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    /// Sets a variable of the environment, which is otherwise empty.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Lets the client ask its human, who answers so, one question after the other.
    pub fn human(mut self, answers: &[Human]) -> Self {
        self.human = Some(answers.iter().copied().collect());
        self
    }

    /// Declares the capability to ask in these words instead of the usual ones.
    pub fn elicitation(mut self, capability: Value) -> Self {
        self.elicitation = capability;
        self
    }

    /// Starts the program and opens a session.
    pub fn start(self) -> Server {
        let mut server = self.launch();
        server.open();
        server
    }

    /// Starts the program and says nothing yet.
    pub fn launch(self) -> Server {
        let mut child = command(&self.arguments, &self.variables)
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("standard output");
        let mut stderr = child.stderr.take().expect("standard error");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            loop {
                let mut line = Vec::new();
                match reader.read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => drop(sender.send(line)),
                }
            }
        });
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            drop(stderr.read_to_string(&mut text));
            text
        });
        Server {
            era: self.era,
            stdin: child.stdin.take(),
            child,
            lines,
            errors: Some(errors),
            human: self.human,
            elicitation: self.elicitation,
            home: self.home,
            next_id: 0,
            waiting: HashMap::new(),
            questions: Vec::new(),
            notifications: Vec::new(),
            transcript: Vec::new(),
        }
    }
}

/// Runs the program to its end with nothing on standard input.
pub fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    let home = tempfile::tempdir().expect("a folder for the child");
    let mut all = HashMap::from([("HOME".to_owned(), home.path().display().to_string())]);
    all.extend(
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
    let output = command(&arguments, &all)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on standard output"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// What a finished program left behind.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// The program in an environment that holds nothing of the shell's.
pub fn command(arguments: &[String], variables: &HashMap<String, String>) -> Command {
    let mut command = Command::new(program());
    command
        .args(arguments)
        .env_clear()
        .envs(variables)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // Windows opens no socket without the first; the others belong to coverage tools.
    for name in ["SystemRoot", "LLVM_PROFILE_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// A result of `tools/call`.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Whether the tool said that it failed.
    pub is_error: bool,
    /// The text that the model reads.
    pub text: String,
    /// The structured result, or null.
    pub data: Value,
    /// Pictures that came with it: media type and base64.
    pub images: Vec<(String, String)>,
}

/// A running program and the client's side of the session.
pub struct Server {
    era: Era,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<Vec<u8>>,
    errors: Option<JoinHandle<String>>,
    human: Option<VecDeque<Human>>,
    elicitation: Value,
    home: TempDir,
    next_id: u64,
    waiting: HashMap<u64, Value>,
    /// What the human was asked, as the elicitation's parameters.
    pub questions: Vec<Value>,
    /// Notifications that came, oldest first.
    pub notifications: Vec<Value>,
    /// Every message that came, oldest first.
    pub transcript: Vec<Value>,
}

impl Server {
    /// Opens the session as the era does; returns the server's introduction.
    pub fn open(&mut self) -> Value {
        match self.era {
            Era::Legacy(version) => {
                let parameters = json!({
                    "protocolVersion": version,
                    "capabilities": self.capabilities(),
                    "clientInfo": { "name": "test-client", "version": "1.0.0" },
                });
                let result = self.result("initialize", parameters);
                self.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
                result
            }
            Era::Modern => self.result("server/discover", json!({})),
        }
    }

    fn capabilities(&self) -> Value {
        match self.human {
            Some(_) => json!({ "elicitation": self.elicitation }),
            None => json!({}),
        }
    }

    /// Sends bytes as they are, without a line end of its own.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("standard input is open");
        stdin.write_all(bytes).expect("the program reads");
        stdin.flush().expect("the program reads");
    }

    /// Sends a message.
    pub fn send(&mut self, message: &Value) {
        self.send_bytes(format!("{message}\n").as_bytes());
    }

    /// Sends a request and returns its id.
    pub fn post(&mut self, method: &str, mut parameters: Value) -> u64 {
        self.next_id += 1;
        if self.era == Era::Modern {
            let mut meta = json!({
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": { "name": "test-client", "version": "1.0.0" },
                "io.modelcontextprotocol/clientCapabilities": self.capabilities(),
            });
            if let Some(token) = parameters["_meta"].get("progressToken") {
                meta["progressToken"] = token.clone();
            }
            parameters["_meta"] = meta;
        }
        self.send(&json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": parameters }));
        self.next_id
    }

    /// The next message; a line that is not one fails the test.
    pub fn receive(&mut self) -> Value {
        self.receive_by(Instant::now() + DEADLINE)
    }

    fn receive_by(&mut self, deadline: Instant) -> Value {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.lines.recv_timeout(left) {
            Ok(line) => self.keep(&line),
            Err(RecvTimeoutError::Timeout) => {
                panic!("not answered within {DEADLINE:?}: {}", self.kill())
            }
            Err(RecvTimeoutError::Disconnected) => panic!("the program ended: {}", self.kill()),
        }
    }

    fn keep(&mut self, line: &[u8]) -> Value {
        let text = std::str::from_utf8(line).expect("UTF-8 on standard output");
        let message: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("not JSON on standard output ({error}): {text}"));
        assert!(is_message(&message), "not JSON-RPC: {text}");
        self.transcript.push(message.clone());
        message
    }

    /// The response to a request, answering what the server asks meanwhile.
    pub fn response(&mut self, id: u64) -> Value {
        // Notifications may go on for ever, so the deadline is one for all of them.
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(response) = self.waiting.remove(&id) {
                return response;
            }
            let message = self.receive_by(deadline);
            if message.get("method").is_none() {
                let answered = message["id"].as_u64().expect("a response to a request");
                self.waiting.insert(answered, message);
            } else if message.get("id").is_some() {
                self.answer_question(&message);
            } else {
                self.notifications.push(message);
            }
        }
    }

    fn answer_question(&mut self, request: &Value) {
        assert_eq!(request["method"], "elicitation/create", "{request}");
        let answer = self.ask_human(&request["params"]);
        let mut response = json!({ "jsonrpc": "2.0", "id": request["id"] });
        if answer.is_null() {
            response["error"] = json!({ "code": -32_601, "message": "Method not found" });
        } else {
            response["result"] = answer;
        }
        self.send(&response);
    }

    fn ask_human(&mut self, question: &Value) -> Value {
        self.questions.push(question.clone());
        let answers = self.human.as_mut().expect("a client that can be asked");
        answers
            .pop_front()
            .expect("one answer for each question")
            .answer(question)
    }

    /// Waits for a notification, keeping what else comes.
    pub fn notification(&mut self) -> Value {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = self.notifications.pop() {
                return found;
            }
            let message = self.receive_by(deadline);
            match (message["id"].as_u64(), message.get("method")) {
                (Some(id), None) => drop(self.waiting.insert(id, message)),
                _ => self.notifications.push(message),
            }
        }
    }

    /// Asks and returns the whole response.
    pub fn request(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.post(method, parameters);
        self.response(id)
    }

    /// Asks and returns the result.
    pub fn result(&mut self, method: &str, parameters: Value) -> Value {
        let response = self.request(method, parameters);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].clone()
    }

    /// The tools of `tools/list`.
    pub fn tools(&mut self) -> Vec<Value> {
        let result = self.result("tools/list", json!({}));
        result["tools"].as_array().expect("tools").clone()
    }

    /// Calls a tool and sees it through, a human's answer included.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Answer {
        let mut parameters = json!({ "name": tool, "arguments": arguments });
        loop {
            let result = self.result("tools/call", parameters.clone());
            if result["resultType"] != "input_required" {
                return Answer::read(&result);
            }
            let mut responses = json!({});
            let requests = result["inputRequests"].as_object().expect("questions");
            for (name, request) in requests.clone() {
                assert_eq!(request["method"], "elicitation/create", "{request}");
                responses[name] = self.ask_human(&request["params"]);
            }
            parameters["inputResponses"] = responses;
            parameters["requestState"] = result["requestState"].clone();
        }
    }

    /// Calls a tool that must work.
    pub fn ok(&mut self, tool: &str, arguments: Value) -> Answer {
        let answer = self.call(tool, arguments);
        assert!(!answer.is_error, "{tool}: {}", answer.text);
        answer
    }

    /// Calls a tool that must fail.
    pub fn fails(&mut self, tool: &str, arguments: Value) -> Answer {
        let answer = self.call(tool, arguments);
        assert!(answer.is_error, "{tool}: {}", answer.text);
        assert!(answer.data.is_null(), "an error carries no data: {tool}");
        answer
    }

    /// The folder that the program writes to.
    pub fn output_folder(&self) -> PathBuf {
        self.home().join("output")
    }

    /// The folder that stands for the user's home.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The process.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Closes standard input and reads to the end: the exit, standard error, and every message that came.
    pub fn finish(mut self) -> (ExitStatus, String, Vec<Value>) {
        drop(self.stdin.take());
        self.ended()
    }

    /// Reads to the end, which must come by itself: the exit, standard error, and every message that came.
    pub fn ended(mut self) -> (ExitStatus, String, Vec<Value>) {
        loop {
            match self.lines.recv_timeout(DEADLINE) {
                Ok(line) => drop(self.keep(&line)),
                Err(RecvTimeoutError::Timeout) => panic!("still running: {}", self.kill()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.child.wait().expect("an exit status");
        let transcript = std::mem::take(&mut self.transcript);
        (status, self.read_errors(), transcript)
    }

    /// Closes standard input; the program must end in order, having said nothing on standard error.
    pub fn stop(self) {
        let (status, errors, _) = self.finish();
        assert_eq!(status.code(), Some(0), "{errors}");
        assert_eq!(errors, "");
    }

    pub fn kill(&mut self) -> String {
        drop(self.child.kill());
        drop(self.child.wait());
        self.read_errors()
    }

    fn read_errors(&mut self) -> String {
        self.errors
            .take()
            .and_then(|errors| errors.join().ok())
            .unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Answer {
    /// Reads a result of `tools/call`.
    pub fn read(result: &Value) -> Self {
        let content = result["content"].as_array().expect("content");
        assert_eq!(content[0]["type"], "text", "{result}");
        let images = content.iter().skip(1).map(|block| {
            assert_eq!(block["type"], "image", "{result}");
            let text = |name: &str| block[name].as_str().expect("text").to_owned();
            (text("mimeType"), text("data"))
        });
        Self {
            is_error: result["isError"] == true,
            text: content[0]["text"].as_str().expect("text").to_owned(),
            data: result.get("structuredContent").cloned().unwrap_or_default(),
            images: images.collect(),
        }
    }

    /// A text of the structured result.
    pub fn field(&self, name: &str) -> &str {
        self.data[name]
            .as_str()
            .unwrap_or_else(|| panic!("no text `{name}` in {}", self.data))
    }
}

fn is_message(message: &Value) -> bool {
    let has = |name: &str| message.get(name).is_some();
    let id_is_valid = message
        .get("id")
        .is_none_or(|id| id.is_u64() || id.is_string() || id.is_null());
    let response =
        has("result") && !has("error") && message.get("id").is_some_and(|id| !id.is_null());
    let error = !has("result")
        && message["error"]["code"].is_i64()
        && message["error"]["message"].is_string();
    message["jsonrpc"] == "2.0"
        && id_is_valid
        && (message["method"].is_string() != (response || error))
}
