//! A working day as `tests/day` tells it: what the tools answer to each request is what somebody wrote down who had not seen
//! a tool.

use crate::support::day_played::PLAYED;
use serde_json::Value;

#[test]
fn every_request_of_the_day_is_answered() {
    let mut wrong = Vec::new();
    for request in PLAYED.iter() {
        for (number, call) in request.calls.iter().enumerate() {
            let all = format!("{}\n{}", call.answer.text, call.answer.data);
            println!("=== {} {} {}\n{all}\n", request.id, call.tool, request.say);
            let place = format!("{} call {}", request.id, number + 1);
            for text in &call.says {
                if !call.answer.text.contains(text) {
                    wrong.push(format!("{place} does not say {text}"));
                }
            }
            for text in &call.never {
                if all.contains(text) {
                    wrong.push(format!("{place} says {text}"));
                }
            }
        }
        for question in &request.questions {
            println!("??? {question}\n");
        }
        println!("changes {:#?}\n", request.changes);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_changed_by_a_question_and_nothing_unasked() {
    let requests = crate::support::day::script("requests");
    for (request, told) in PLAYED.iter().zip(requests.as_array().unwrap()) {
        if told["may_change"] == Value::Bool(false) {
            assert_eq!(request.changes, [""; 0], "{}", request.id);
        }
    }
}
