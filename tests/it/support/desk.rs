//! A simulator with a decision to be made, which several processes of one profile ask about.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    control::{Control, Standalone},
    server::{Answer, Era, Server, Setup},
};

/// The tool that decides.
pub const TOOL: &str = "didit_session_update_status";
/// The era in which the server asks within the call.
pub const LEGACY: Era = Era::BOTH[0];

/// What the model is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Done,
    Preview,
    Refused,
}

/// What is left of the token that another process handed out before the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    Works,
    Void,
    /// The person has been decided about meanwhile.
    Overtaken,
}

/// A simulator with one session in review, and a profile that several processes share.
pub struct Desk {
    pub simulator: Standalone,
    pub folder: TempDir,
    pub workflow: String,
    pub session: String,
}

impl Desk {
    pub fn new() -> Self {
        let simulator = Standalone::start(&[]);
        let control = &simulator.control;
        let key = &simulator.api_key;
        let workflow = json!({ "workflow_label": "KYC", "features": [{ "feature": "OCR" }, { "feature": "LIVENESS" }, { "feature": "FACE_MATCH" }] });
        let workflow = control.api("POST", "/v3/workflows/", key, &workflow);
        let workflow = workflow["workflow_id"].as_str().unwrap().to_owned();
        let session = in_review(&simulator, &workflow, "c-1");
        Self {
            simulator,
            folder: tempfile::tempdir().unwrap(),
            workflow,
            session,
        }
    }

    /// Another session that waits for a decision.
    pub fn another_session(&self) -> String {
        in_review(&self.simulator, &self.workflow, "c-2")
    }

    /// A process of the profile, whose client cannot ask, or can.
    pub fn process(&self, era: Era, can_ask: bool, arguments: &[&str]) -> Server {
        self.process_with(era, can_ask, arguments, &self.simulator.api_key)
    }

    pub fn process_with(&self, era: Era, can_ask: bool, arguments: &[&str], key: &str) -> Server {
        let [api, auth] = self.simulator.arguments();
        let credentials = self.folder.path().join("credentials.json");
        let setup = Setup::new(era)
            .arguments(&[&api, &auth, "--credentials", credentials.to_str().unwrap()])
            .arguments(arguments)
            .variable("DIDIT_API_KEY", key);
        if can_ask { setup.human(&[]) } else { setup }.start()
    }

    pub fn control(&self) -> &Control {
        &self.simulator.control
    }

    pub fn changes(&self) -> usize {
        let requests = self.control().requests();
        requests.iter().filter(|it| it.method != "GET").count()
    }

    pub fn approval(&self) -> Value {
        json!({ "session_id": self.session, "new_status": "Approved" })
    }

    pub fn call(&self) -> Value {
        json!({ "name": TOOL, "arguments": self.approval() })
    }

    /// What a token is worth, in a process of its own.
    pub fn worth(&self, token: &str) -> Token {
        let mut server = self.process(LEGACY, false, &[]);
        let mut arguments = self.approval();
        arguments["confirmation_token"] = token.into();
        let answer = server.call(TOOL, arguments);
        server.stop();
        match (answer.is_error, answer.data["done"].as_bool()) {
            (false, Some(true)) => Token::Works,
            (true, _) if answer.text.contains("has made it void") => Token::Void,
            _ if answer.text.contains("already_so") => Token::Overtaken,
            other => panic!("{other:?}: {}", answer.text),
        }
    }
}

/// What an answer of the tool tells.
pub fn told(answer: &Answer) -> Told {
    match (answer.is_error, answer.data["done"].as_bool()) {
        (false, Some(true)) => Told::Done,
        (false, Some(false)) => Told::Preview,
        (true, _) if answer.text.contains("Error (refused_by_") => Told::Refused,
        other => panic!("{other:?}: {}", answer.text),
    }
}

/// The token of a preview in a process of its own.
pub fn preview(desk: &Desk) -> String {
    let mut server = desk.process(LEGACY, false, &[]);
    let preview = server.ok(TOOL, desk.approval());
    server.stop();
    preview.field("confirmation_token").to_owned()
}

fn in_review(simulator: &Standalone, workflow: &str, customer: &str) -> String {
    let control = &simulator.control;
    let session = json!({ "workflow_id": workflow, "vendor_data": customer });
    let session = control.api("POST", "/v3/session/", &simulator.api_key, &session);
    let session = session["session_id"].as_str().unwrap().to_owned();
    control.finish(&session, "review_face_match_borderline");
    control.requests();
    session
}
