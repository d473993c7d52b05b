//! The requests of the day, asked once of the real program, for every test that wants to know what came of them.

use std::sync::LazyLock;

use serde_json::Value;

use super::{
    day::{Day, script},
    server::{Answer, Human},
};

/// One request with the calls that an assistant makes for it.
pub struct Played {
    pub id: String,
    pub say: String,
    /// Kept aside while the tools were built.
    pub is_held_out: bool,
    pub calls: Vec<Call>,
    /// What the human was asked.
    pub questions: Vec<String>,
    /// What reached Didit and was no reading.
    pub changes: Vec<String>,
}

pub struct Call {
    pub tool: String,
    pub answer: Answer,
    /// What the answer must say, and what it must not.
    pub says: Vec<String>,
    pub never: Vec<String>,
}

/// The whole day.
pub static PLAYED: LazyLock<Vec<Played>> = LazyLock::new(|| {
    let requests = script("requests");
    let answers = script("answers");
    let requests = requests.as_array().unwrap().iter();
    requests.map(|request| played(request, &answers)).collect()
});

/// Each request meets the account as it is in the morning.
fn played(request: &Value, answers: &Value) -> Played {
    let id = request["id"].as_str().unwrap();
    let day = Day::new();
    let mut server = day
        .many
        .setup()
        .human(&[Human::Agrees; 4])
        .arguments(&["--toolsets=all"])
        .start();
    let calls = answers[id]
        .as_array()
        .unwrap_or_else(|| panic!("{id} has no answer"))
        .iter()
        .map(|call| {
            let tool = call["tool"].as_str().unwrap().to_owned();
            let arguments = with_ids(&day, &call["arguments"]);
            let mut answer = server.call(&tool, arguments);
            // Folders are as long as the machine likes.
            let home = server.home().display().to_string();
            answer.text = answer.text.replace(&home, "/home/ana");
            if let Some(path) = answer.data.get_mut("path") {
                *path = path.as_str().unwrap().replace(&home, "/home/ana").into();
            }
            Call {
                tool,
                answer,
                says: texts(&call["says"]),
                never: texts(&call["never"]),
            }
        })
        .collect();
    let questions = server.questions.iter();
    let questions = questions
        .map(|question| question["message"].as_str().unwrap().to_owned())
        .collect();
    server.stop();
    let sent = day.many.sent();
    Played {
        id: id.to_owned(),
        say: request["say"].as_str().unwrap().to_owned(),
        is_held_out: request["held_out"] == true,
        calls,
        questions,
        changes: sent
            .into_iter()
            .filter(|line| !line.starts_with("GET "))
            .collect(),
    }
}

fn texts(list: &Value) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

/// The arguments, with ids in place of what the script calls them.
fn with_ids(day: &Day, arguments: &Value) -> Value {
    let mut text = arguments.to_string();
    for (name, id) in &day.ids {
        text = text.replace(&format!("{{{name}}}"), id);
    }
    serde_json::from_str(&text).unwrap()
}
