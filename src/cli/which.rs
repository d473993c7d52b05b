//! Which session a person at a terminal means: nobody types a UUID.

use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::runner::{Runner, system};
use crate::tools::{ErrorCode, ToolError};

/// What is said of the argument in help.
pub(super) const SESSION: &str = "The session's number in lists (3), its id or the first 8 characters of it, or vendor: and your own id of the person \
     (vendor:cust-4703)";

/// Before your own id of a person.
const VENDOR: &str = "vendor:";
/// Fewer characters of an id would be a number, or anybody's.
const SHORTEST_START: usize = 8;
/// How far a search that also finds other things is followed. Each page is a request.
const MOST_PAGES: usize = 5;
const PAGE: u32 = 100;

/// A session as somebody names it without its whole id.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    Number(i64),
    Start(String),
    Person(String),
}

impl Name {
    fn of(text: &str) -> Option<Self> {
        if let Some(person) = text.strip_prefix(VENDOR) {
            let person = person.trim();
            return (!person.is_empty()).then(|| Self::Person(person.to_owned()));
        }
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        if let Some(digits) = text.strip_prefix('#') {
            return number(digits).map(Self::Number);
        }
        if text.len() < SHORTEST_START {
            return number(text).map(Self::Number);
        }
        let is_start = text
            .chars()
            .all(|letter| letter.is_ascii_hexdigit() || letter == '-');
        is_start.then(|| Self::Start(text.to_ascii_lowercase()))
    }

    /// What Didit is asked for; it finds more than is meant. Whether it finds a part of an id is not documented, so the
    /// newest sessions are looked through for that.
    fn filter(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Person(person) => vec![("vendor_data", json!(person))],
            Self::Number(number) => vec![("search", json!(number.to_string()))],
            Self::Start(_) => Vec::new(),
        }
    }

    fn is_of(&self, row: &Row) -> bool {
        match self {
            Self::Person(person) => row.vendor_data.as_ref() == Some(person),
            Self::Number(number) => row.session_number == Some(*number),
            Self::Start(start) => row.session_id.starts_with(start.as_str()),
        }
    }
}

/// A page of the list of sessions, as the tool answers it.
#[derive(Deserialize)]
struct Found {
    items: Vec<Row>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    session_id: String,
    session_number: Option<i64>,
    status: String,
    vendor_data: Option<String>,
}

impl Row {
    fn line(&self) -> String {
        match self.session_number {
            Some(number) => format!("#{number} ({})", self.status),
            None => format!("{} ({})", self.session_id, self.status),
        }
    }
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
    let name = Name::of(text).ok_or_else(|| {
        ToolError::invalid(
            "session",
            format!("\"{text}\" does not name a session. Valid: {SESSION}."),
        )
    })?;
    let (found, is_whole) = candidates(runner, &name).await?;
    match &found[..] {
        // A number is given once; of others there may be a second one further back.
        [one] if is_whole || matches!(name, Name::Number(_)) => Ok(one.session_id.clone()),
        [_] => Err(ToolError::invalid(
            "session",
            format!(
                "{} may name several sessions: only the newest {} were looked through. Nothing was changed.",
                text,
                MOST_PAGES * PAGE as usize
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
                    MOST_PAGES * PAGE as usize
                ))
            })
        }
        several => {
            let lines: Vec<String> = several.iter().map(Row::line).collect();
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

/// The sessions that a name fits, and whether all that Didit found were looked through.
async fn candidates(runner: &Runner, name: &Name) -> Result<(Vec<Row>, bool), ToolError> {
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..MOST_PAGES {
        let mut filter = name.filter();
        filter.extend([
            ("session_kind", json!("all")),
            ("limit", json!(PAGE)),
            ("cursor", json!(cursor)),
        ]);
        let answer = runner
            .call_silently("didit_session_list", Value::from_iter(filter))
            .await?;
        let page: Found = serde_json::from_value(answer.data.unwrap_or_default())
            .map_err(|error| system("the list of sessions cannot be read", &error))?;
        let fits = |row: &Row| !row.session_id.is_empty() && name.is_of(row);
        found.extend(page.items.into_iter().filter(fits));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok((found, true));
        }
    }
    Ok((found, false))
}

#[cfg(test)]
mod tests {
    use super::Name;

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
            assert_eq!(Name::of(text), expected, "{text}");
        }
    }
}
