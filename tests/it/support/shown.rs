//! Answers as snapshots hold them: what changes from run to run is replaced.

use super::server::Answer;

/// What changes from run to run, and what stands for it in a snapshot.
pub const FILTERS: [(&str, &str); 16] = [
    (r"data-[0-9a-f]{32}", "data-[marker]"),
    (
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        "[uuid]",
    ),
    (
        r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|\+00:00)?",
        "[time]",
    ),
    // Documents are issued and expire some years from today, and people grow older.
    (
        r#"((?:expires|issued)"?:? "?)\d{4}-\d{2}-\d{2}"#,
        "${1}[date]",
    ),
    (r#"(age"?:? )\d+(\.\d+)?"#, "${1}[age]"),
    // How long ago a session of a list was made.
    (r#"("age": "|\()\d+ (?:s|min)( ago\)|")"#, "${1}[age]${2}"),
    (r"(?m)^(\d+  [A-Z][A-Za-z ]+  )\d+ s ", "${1}[age] "),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
    (r"/session/[A-Za-z0-9_-]+", "/session/[token]"),
    (r#"(\(|"bytes": )\d+( bytes\)|,)"#, "${1}[size]${2}"),
    (r"\(ends in [^)]{4}\)", "(ends in [last four])"),
    (r"cs_test_[A-Za-z0-9_-]+", "cs_test_[token]"),
    (r"/u/[A-Za-z0-9_-]+", "/u/[token]"),
    (
        r#"("?confirmation_token"?: )"[A-Za-z0-9_.=-]{40,}""#,
        r#"${1}"[one-use token]""#,
    ),
    (r#"[^\s"]*/output"#, "[output]"),
    (r#"[^\s"]*/credentials\.json"#, "[credentials]"),
];

/// An answer as text.
pub fn shown(answer: &Answer) -> String {
    let kind = if answer.is_error { "error" } else { "answer" };
    let mut text = format!("{kind}\n\n{}\n", answer.text);
    if !answer.data.is_null() {
        let data = serde_json::to_string_pretty(&answer.data).expect("JSON");
        text.push_str(&format!("\n{data}\n"));
    }
    text
}

/// Holds an answer against the snapshot of a name; both eras share it.
#[macro_export]
macro_rules! assert_answer {
    ($name:expr, $answer:expr) => {
        insta::with_settings!({ filters => $crate::support::shown::FILTERS.to_vec(), omit_expression => true }, {
            insta::assert_snapshot!($name, $crate::support::shown::shown(&$answer));
        });
    };
}
