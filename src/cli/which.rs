//! Which session a person at a terminal means: nobody types a UUID.

use uuid::Uuid;

use super::runner::{Runner, system};
use crate::tools::{
    ErrorCode, NotDone, ToolError,
    which::{Candidates, MOST_ROWS, SessionName, candidates, line},
};

/// What is said of the argument in help.
pub(super) const SESSION: &str = "The session's number in lists (3), its id or the first 8 characters of it, or vendor: and your own id of the person \
     (vendor:cust-4703)";

/// Before your own id of a person.
const VENDOR: &str = "vendor:";
/// Fewer characters of an id would be a number, or anybody's.
const SHORTEST_START: usize = 8;

/// What a text names, unless it is a whole id.
fn named(text: &str) -> Option<SessionName> {
    if let Some(person) = text.strip_prefix(VENDOR) {
        let person = person.trim();
        return (!person.is_empty()).then(|| SessionName::Person(person.to_owned()));
    }
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    if let Some(digits) = text.strip_prefix('#') {
        return number(digits).map(SessionName::Number);
    }
    if text.len() < SHORTEST_START {
        return number(text).map(SessionName::Number);
    }
    let is_start = text
        .chars()
        .all(|letter| letter.is_ascii_hexdigit() || letter == '-');
    is_start.then(|| SessionName::Start(text.to_ascii_lowercase()))
}

/// The ids of the sessions that texts name, each once, before anything is done about one of them.
///
/// # Errors
/// Those of [`session`].
pub(super) async fn sessions(runner: &Runner, texts: &[String]) -> Result<Vec<String>, ToolError> {
    let mut ids = Vec::new();
    for text in texts {
        let id = session(runner, text).await?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The id of the one session that a text names.
///
/// # Errors
/// When it names none, or several: a decision is about one person, and nobody guesses which.
pub(super) async fn session(runner: &Runner, text: &str) -> Result<String, ToolError> {
    let text = text.trim();
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(id.to_string());
    }
    let name = named(text).ok_or_else(|| {
        ToolError::invalid(
            "session",
            format!("\"{text}\" does not name a session. Valid: {SESSION}."),
        )
    })?;
    let client = runner.connection().client().map_err(|error| match error {
        NotDone::Error(error) => *error,
        NotDone::Preview(_) | NotDone::AskHuman => system("no key", &"an agreement is needed"),
    })?;
    let Candidates { found, is_whole } = candidates(&client, &name).await?;
    match &found[..] {
        // A number is given once; of others there may be a second one further back.
        [one] if is_whole || matches!(name, SessionName::Number(_)) => {
            Ok(one.session_id.map(|id| id.to_string()).unwrap_or_default())
        }
        [_] => Err(ToolError::invalid(
            "session",
            format!(
                "{} may name several sessions: only the newest {} were looked through. Nothing was changed.",
                text,
                MOST_ROWS
            ),
        )
        .with_advice("Its number or its whole id names it alone.")),
        [] => {
            let error = ToolError::new(
                ErrorCode::NotFound,
                format!("There is no session {text}. Nothing was changed."),
            );
            Err(if is_whole {
                error.with_advice("didit-mcp kyc list shows those that there are.")
            } else {
                error.with_advice(format!(
                    "Only the newest {} that Didit lists for it were looked through; the whole id finds it in any case.",
                    MOST_ROWS
                ))
            })
        }
        several => {
            let lines: Vec<String> = several.iter().map(line).collect();
            Err(ToolError::new(
                ErrorCode::InvalidArgument,
                format!(
                    "{} names {} sessions: {}. Nothing was changed.",
                    text,
                    several.len(),
                    lines.join("; ")
                ),
            )
            .with_advice("The number of one of them names it alone."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SessionName as Name, named};

    #[test]
    fn a_number_a_start_and_a_person_are_told_apart() {
        let start = |text: &str| Some(Name::Start(text.to_owned()));
        for (text, expected) in [
            ("3", Some(Name::Number(3))),
            ("#3", Some(Name::Number(3))),
            ("#12345678", Some(Name::Number(12_345_678))),
            ("#5b1f3c9a", None),
            ("1234567", Some(Name::Number(1_234_567))),
            ("0", None),
            ("-3", None),
            ("12345678", start("12345678")),
            ("5B1F3C9A", start("5b1f3c9a")),
            ("5b1f3c9a-0d2e", start("5b1f3c9a-0d2e")),
            ("5b1f3c9", None),
            ("five", None),
            ("vendor:", None),
            ("vendor: cust 1", Some(Name::Person("cust 1".to_owned()))),
            ("customer-4703", None),
            ("", None),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }
}
