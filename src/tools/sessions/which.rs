//! Which session is meant: nobody remembers a UUID.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    didit::{
        self, Client, InvalidValue, PageRequest, SessionFilter, SessionId, SessionReference,
        SessionSummary, sessions::SessionKind, values::Text,
    },
    tools::{
        Context, ToolOutput, compare,
        error::{ErrorCode, NotDone, ToolError},
        plain,
        untrusted::mark_untrusted,
    },
};

/// How far a search that also finds other things is followed. Each page is a request.
const MOST_PAGES: u32 = 5;
const PAGE: u32 = 100;
/// The most sessions that are looked through.
pub const MOST_ROWS: u32 = MOST_PAGES * PAGE;
/// Other sessions of the person that are named.
const MAX_OTHERS: usize = 5;
/// Sessions that are named where a name fits several people.
const MOST_PEOPLE: usize = 10;

/// A session as somebody names it without its whole id.
#[derive(Debug, PartialEq, Eq)]
pub enum SessionName {
    /// Its number within the application.
    Number(i64),
    /// The beginning of its id.
    Start(String),
    /// Your own id of the person, exactly.
    Person(String),
    /// The name on the person's document, or a part of it.
    FullName(Text),
}

/// The sessions that a name fits.
pub struct Candidates {
    /// The newest first.
    pub found: Vec<SessionReference>,
    /// Whether all that Didit found were looked through.
    pub is_whole: bool,
}

/// The sessions that a name fits.
///
/// # Errors
/// Those of [`Client::find_sessions`].
pub async fn candidates(client: &Client, named: &SessionName) -> Result<Candidates, ToolError> {
    let mut found = Vec::new();
    let mut offset = None;
    for _ in 0..MOST_PAGES {
        let limit = Some(PAGE);
        let filter = SessionFilter {
            page: PageRequest { limit, offset },
            session_kind: Some(SessionKind::All),
            ..named.filter()?
        };
        let (rows, next_offset) = fitting(client, &filter, named).await?;
        found.extend(rows.into_iter().filter(|row| row.session_id.is_some()));
        offset = next_offset.and_then(|offset| offset.try_into().ok());
        if offset.is_none() {
            break;
        }
    }
    // People and companies come one after the other.
    found.sort_by_key(|row| std::cmp::Reverse(row.session_number));
    let is_whole = offset.is_none();
    Ok(Candidates { found, is_whole })
}

/// The sessions of a page that a name fits, and where the next page begins. People's names are read only where one is asked
/// for, and not kept.
async fn fitting(
    client: &Client,
    filter: &SessionFilter,
    named: &SessionName,
) -> Result<(Vec<SessionReference>, Option<u64>), ToolError> {
    let SessionName::FullName(name) = named else {
        let page = client.find_sessions(filter).await?;
        let rows = page.items.into_iter().filter(|row| named.is_of(row));
        return Ok((rows.collect(), page.next_offset));
    };
    let page = client.list_sessions(filter).await?;
    let has_name = |row: &SessionSummary| {
        let full_name = row.full_name.as_deref();
        full_name.is_some_and(|full_name| compare::has_words(full_name, name))
    };
    let rows = page.items.into_iter().filter(has_name);
    let rows = rows.map(|row| SessionReference {
        session_id: row.session_id,
        session_kind: row.session_kind,
        session_number: row.session_number,
        status: row.status,
        vendor_data: row.vendor_data,
        features: row.features,
        created_at: row.created_at,
    });
    Ok((rows.collect(), page.next_offset))
}

/// `#3 (Declined)`.
pub fn line(row: &SessionReference) -> String {
    let name = match (row.session_number, row.session_id) {
        (Some(number), _) => format!("#{number}"),
        (None, Some(id)) => id.to_string(),
        (None, None) => String::new(),
    };
    format!("{name} ({})", plain::status(&row.status))
}

impl SessionName {
    /// What Didit is asked for; it finds more than is meant. Whether it finds a part of an id is not documented, so the
    /// newest sessions are looked through for that.
    fn filter(&self) -> Result<SessionFilter, didit::Error> {
        let none = SessionFilter::default();
        Ok(match self {
            Self::Person(person) => {
                let refused = |error: InvalidValue| error.at("vendor_data");
                SessionFilter {
                    vendor_data: Some(person.parse().map_err(refused)?),
                    ..none
                }
            }
            Self::Number(number) => SessionFilter {
                search: number.to_string().parse().ok(),
                ..none
            },
            Self::FullName(name) => SessionFilter {
                search: Some(name.clone()),
                ..none
            },
            Self::Start(_) => none,
        })
    }

    fn is_of(&self, row: &SessionReference) -> bool {
        match self {
            Self::Person(person) => row.vendor_data.as_ref() == Some(person),
            Self::Number(number) => row.session_number == Some(*number),
            // The rows of references tell no names.
            Self::FullName(_) => false,
            Self::Start(start) => row
                .session_id
                .is_some_and(|id| id.to_string().starts_with(start.as_str())),
        }
    }
}

/// The arguments that name one session.
#[derive(Deserialize, JsonSchema)]
pub(in crate::tools) struct Which {
    /// Session UUID.
    session_id: Option<SessionId>,
    session_number: Option<i64>,
    /// Your own id of the person: the newest session.
    vendor_data: Option<Text>,
    /// The person's name instead, where it fits one person alone.
    name: Option<Text>,
}

/// The arguments that name the one session about which something is decided: whose it is would not say which.
#[derive(Deserialize, JsonSchema)]
pub(super) struct OneSession {
    /// Session UUID.
    session_id: Option<SessionId>,
    session_number: Option<i64>,
}

impl OneSession {
    /// The session that is meant.
    ///
    /// # Errors
    /// When both arguments are given or none, or no session has the number.
    pub(super) async fn find(&self, context: &Context) -> Result<SessionId, NotDone> {
        if self.session_id.is_some() == self.session_number.is_some() {
            return Err(ToolError::invalid(
                "session_id",
                "Exactly one of `session_id` and `session_number` names the session. Nothing was sent.",
            )
            .into());
        }
        let which = Which {
            session_id: self.session_id,
            session_number: self.session_number,
            vendor_data: None,
            name: None,
        };
        Ok(which.find(context).await?.0)
    }
}

impl Which {
    /// The session that is meant, with the person's other ones where it was named by the person.
    ///
    /// # Errors
    /// When none or several of the arguments are given, or no session fits.
    pub(in crate::tools) async fn find(
        &self,
        context: &Context,
    ) -> Result<(SessionId, Others), NotDone> {
        let (named, words) = match (
            self.session_id,
            self.session_number,
            &self.vendor_data,
            &self.name,
        ) {
            (Some(id), None, None, None) => return Ok((id, Others::default())),
            (None, Some(number), None, None) => {
                (SessionName::Number(number), format!("session #{number}"))
            }
            (None, None, Some(person), None) => {
                let words = format!("session of vendor_data {}", json!(person));
                (SessionName::Person(person.to_string()), words)
            }
            (None, None, None, Some(name)) => {
                let words = format!("session of a person named {}", json!(name));
                (SessionName::FullName(name.clone()), words)
            }
            _ => {
                return Err(ToolError::invalid(
                    "session_id",
                    "Exactly one of `session_id`, `session_number`, `vendor_data` and `name` names the session. Nothing was sent.",
                )
                .into());
            }
        };
        let Candidates { found, is_whole } = candidates(&context.client()?, &named).await?;
        if matches!(named, SessionName::FullName(_)) {
            refuse_several_people(&found, is_whole)?;
        }
        let mut found = found.into_iter();
        let Some(id) = found.next().and_then(|newest| newest.session_id) else {
            let beyond = if is_whole {
                String::new()
            } else {
                format!(" among the newest {MOST_ROWS} that Didit lists for it")
            };
            return Err(ToolError::new(
                ErrorCode::NotFound,
                format!("There is no {words}{beyond} that this key may see."),
            )
            .with_hint("didit_session_list", "shows the sessions there are.")
            .into());
        };
        let others = found.collect();
        Ok((id, Others { others, is_whole }))
    }
}

/// A name may be that of several people; nobody guesses which is meant. Two sessions without your own id of the person may
/// be of two people as well.
fn refuse_several_people(found: &[SessionReference], is_whole: bool) -> Result<(), ToolError> {
    let is_one = match found {
        [] => return Ok(()),
        [_] => is_whole,
        [first, others @ ..] => {
            is_whole
                && has_person(first)
                && others
                    .iter()
                    .all(|other| other.vendor_data == first.vendor_data)
        }
    };
    if is_one {
        return Ok(());
    }
    let shown = found.iter().take(MOST_PEOPLE).map(|row| {
        let person = row.vendor_data.as_deref().map(mark_untrusted);
        let person = person.map(|person| format!(", vendor_data {person}"));
        format!("{}{}", line(row), person.unwrap_or_default())
    });
    let problem = if is_whole {
        "Sessions of more than one person may have this name, so none was read."
    } else {
        "More sessions fit this name than are looked through, so none was read."
    };
    Err(ToolError::invalid("name", problem)
        .with_allowed(shown)
        .with_advice("`session_number` or `vendor_data` names one of them."))
}

/// Whether the row says whose session it is; a blank says nothing.
fn has_person(row: &SessionReference) -> bool {
    row.vendor_data
        .as_deref()
        .is_some_and(|person| !person.trim().is_empty())
}

/// The older sessions of a person of whom the newest is shown.
#[derive(Default)]
pub(in crate::tools) struct Others {
    others: Vec<SessionReference>,
    is_whole: bool,
}

#[derive(Serialize)]
struct Other {
    session_id: Option<String>,
    session_number: Option<i64>,
    status: String,
}

impl Others {
    /// Adds what else there is of the person.
    pub(in crate::tools) fn add(&self, mut answer: ToolOutput) -> ToolOutput {
        if self.others.is_empty() {
            return answer;
        }
        let shown = || self.others.iter().take(MAX_OTHERS);
        let lines: Vec<String> = shown().map(line).collect();
        let more = if self.others.len() > MAX_OTHERS || !self.is_whole {
            " and older ones"
        } else {
            ""
        };
        answer.text.push_str(&format!(
            "\nThis is the person's newest session; also: {}{more}.",
            lines.join(", ")
        ));
        let rows: Vec<Other> = shown()
            .map(|row| Other {
                session_id: row.session_id.map(|id| id.to_string()),
                session_number: row.session_number,
                status: plain::status(&row.status),
            })
            .collect();
        if let Some(Value::Object(data)) = &mut answer.data {
            data.insert("other_sessions".to_owned(), json!(rows));
        }
        answer
    }
}
