//! Arguments that must be refused, through the real program.

use serde_json::Value;

use super::{
    control::{KEY, simulated},
    server::{Era, Setup},
};

/// An id of nothing.
pub const ID: &str = "5b1f3c9a-0000-4000-8000-000000000005";
/// What every bad id is told.
pub const UUID: &str = "must be a UUID";
/// One of the languages that a bad one is told.
pub const LANGUAGES: &str = "pt-BR";

/// The arguments of a call, the argument at fault, and what the answer says about it.
pub type Case = (Value, &'static str, &'static [&'static str]);

/// Every case must be refused in both eras, with nothing sent.
#[track_caller]
pub fn assert_refused(tool: &str, cases: &[Case]) {
    for era in Era::BOTH {
        let setup = Setup::new(era).arguments(&["--allow-irreversible", "--confirm=never"]);
        let (mut server, control) = simulated(setup);
        let listed = server.tools();
        let listed = listed.iter().find(|listed| listed["name"] == tool).unwrap();
        for (arguments, field, said) in cases {
            let refused = server.fails(tool, arguments.clone());
            let case = format!("{tool} {arguments}\n{}", refused.text);
            assert!(
                refused.text.starts_with("Error (invalid_argument): "),
                "{case}"
            );
            assert!(
                refused
                    .text
                    .lines()
                    .any(|line| line == format!("Field: {field}")),
                "{case}"
            );
            for text in *said {
                assert!(refused.text.contains(text), "{text} in {case}");
            }
            let root = field.split(['.', '[']).next().unwrap();
            let known = listed["inputSchema"]["properties"].get(root).is_some();
            assert!(known || said.contains(&"is not an argument"), "{case}");
        }
        control.assert_sent(KEY, &[]);
        server.stop();
    }
}
