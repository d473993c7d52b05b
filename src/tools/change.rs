//! A change that a human agrees to first, as data: what is done, to whom, from what to what, and where.
//!
//! It is made from the very request that will be sent, so that nothing reaches Didit that a human did not read. Every asker,
//! the client of either protocol era, the terminal and the card, shows the same lines in the same order: what matters most
//! first, because some clients show only the first three.

mod quotation;
mod values;

use serde_json::{Value, json};

use super::{
    connection::PersonalData,
    error::ToolError,
    personal::{Class, Form, Outlet},
};
pub use quotation::quoted;
pub use values::Setting;

/// The most characters of one value of Didit's; names and addresses are shorter.
const MAX_TOLD_CHARACTERS: usize = 160;
/// The most lines of a question.
const MAX_LINES: usize = 40;
/// The most characters of a question.
const MAX_CHARACTERS: usize = 4_000;

/// A change that waits for agreement.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it does, in one word: with the target, this is what a human's no holds against.
    pub direction: &'static str,
    /// What it is about, such as `session 5b1f3c9a-…`.
    pub target: String,
    /// What will be done, as a sentence.
    pub action: Line,
    /// What follows from it, as a sentence in our own words.
    pub consequence: String,
    /// The answer that agrees, such as `Approve`.
    pub choice: &'static str,
    /// What a human should know before everything else, such as that the document names somebody else.
    pub warnings: Vec<Line>,
    /// Who or what it is about: a person's name, ids, the status as it is.
    pub subject: Line,
    /// Every value of the request, new ones first and with what they replace.
    pub settings: Vec<Setting>,
    /// Where it happens.
    pub place: Place,
    /// What was true when the human was asked, besides what the lines say: a change of it makes the agreement void.
    pub seen: Value,
}

/// One line: our own words, and quoted values of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Our own words.
    Words(String),
    /// What the caller sent, and ids: it always stands whole.
    Sent(String),
    /// What Didit says of the session, and of no person.
    Told(String),
    /// What Didit says of a person: shown to a model as far as the operator lets it.
    Personal(Class, String),
}

/// Which account a change happens in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whether it is real.
    pub environment: Environment,
    /// The application's name, where the account tells.
    pub application: Option<String>,
    /// The last four characters of the key, where no name is known.
    pub key: Option<String>,
}

/// Whether people and money are real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// People and money are real.
    Live,
    /// Didit's own environment for trying.
    Sandbox,
    /// The simulator of this program.
    Simulated,
    /// A key that does not tell.
    Unknown,
}

impl Environment {
    /// The environment in one word: `live`, `sandbox`, `simulated` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox",
            Self::Simulated => "simulated",
            Self::Unknown => "unknown",
        }
    }

    /// The environment in a sentence's words, with what that means for people and money.
    pub fn words(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Sandbox => "sandbox, nothing is real",
            Self::Simulated => "simulated, nothing is real",
            Self::Unknown => "live or sandbox not known",
        }
    }

    /// Didit's word for it, where it is a known one.
    pub fn from_didit(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "live" | "production" => Self::Live,
            "sandbox" | "test" => Self::Sandbox,
            _ => Self::Unknown,
        }
    }
}

impl Line {
    /// A line that begins with our own words.
    pub fn new(words: impl Into<String>) -> Self {
        Self::default().words(words)
    }

    /// Adds our own words.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Part::Words(words.into()));
        self
    }

    /// Adds a value of the caller, or an id, quoted.
    #[must_use]
    pub fn sent(mut self, value: impl Into<String>) -> Self {
        self.0.push(Part::Sent(value.into()));
        self
    }

    /// Adds what Didit says of the session, such as the caller's own id of the person, quoted.
    #[must_use]
    pub fn told(mut self, value: impl Into<String>) -> Self {
        self.0.push(Part::Told(value.into()));
        self
    }

    /// Adds what Didit says of a person, quoted.
    #[must_use]
    pub fn personal(mut self, class: Class, value: impl Into<String>) -> Self {
        self.0.push(Part::Personal(class, value.into()));
        self
    }

    /// Adds another line to the end of this one.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The line as it may leave.
    pub fn shown(&self, level: PersonalData, outlet: Outlet) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Words(words) => words.clone(),
                Part::Sent(value) => quoted(value),
                Part::Told(value) => told(value),
                // Whole values are quoted as they came: cleaning would remove what the quotation makes visible.
                Part::Personal(class, value) if level.form(outlet, *class) == Form::Whole => {
                    told(value)
                }
                Part::Personal(class, value) => level
                    .release(outlet, *class, value)
                    // An asterisk would be escaped, as markup, and a mask be unreadable.
                    .map_or_else(
                        || "(not shown)".to_owned(),
                        |value| quoted(&value.replace('*', "•")),
                    ),
            })
            .collect()
    }
}

/// A value of Didit's, quoted; one that is longer than any name is left out, and its length is said: whoever filled a document
/// with words must not keep a human from deciding.
fn told(value: &str) -> String {
    let whole = quoted(value);
    if whole.chars().count() <= MAX_TOLD_CHARACTERS {
        return whole;
    }
    // Not even its beginning: half a secret within it would be none that can be told and hidden.
    format!(
        "(too long to be shown: {} characters)",
        value.chars().count()
    )
}

impl Place {
    /// The place in words: `sandbox application "Shop"`.
    fn line(&self) -> Line {
        if self.environment == Environment::Simulated {
            return Line::new("Where: simulator, nothing is real");
        }
        let environment = match self.environment {
            Environment::Unknown => "live or sandbox not known, treated as live".to_owned(),
            known => known.name().to_owned(),
        };
        let line = Line::new(format!("Where: {environment}"));
        match (&self.application, &self.key) {
            (Some(name), _) => line.words(", application ").sent(name),
            (None, Some(key)) => line.words(format!(", API key ending in {key}")),
            (None, None) => line,
        }
    }
}

impl Change {
    /// The lines of the question, what matters most first.
    pub fn lines(&self, level: PersonalData, outlet: Outlet) -> Vec<String> {
        let what = self.action.clone().words(format!(" {}", self.consequence));
        let whom = if self.subject.is_empty() {
            self.place.line()
        } else {
            self.subject.clone().words(". ").then(self.place.line())
        };
        self.warnings
            .iter()
            .chain([&what, &whom])
            .map(|line| line.shown(level, outlet))
            .chain(
                self.settings
                    .iter()
                    .map(|setting| setting.line().shown(level, outlet)),
            )
            .collect()
    }

    /// Refuses what a human could not be shown whole.
    ///
    /// # Errors
    /// [`ToolError`] that says how much too long the question is.
    pub fn check_size(&self) -> Result<(), ToolError> {
        let lines = self.lines(PersonalData::Full, Outlet::Question);
        let characters: usize = lines.iter().map(|line| line.chars().count() + 1).sum();
        if lines.len() <= MAX_LINES && characters <= MAX_CHARACTERS {
            return Ok(());
        }
        Err(ToolError::new(
            "too_long_to_confirm",
            format!(
                "A human must read all of this before it happens, and the question would have {} lines and {characters} \
                 characters; at most {MAX_LINES} lines and {MAX_CHARACTERS} characters can be shown whole. Nothing was sent.",
                lines.len()
            ),
        )
        .with_advice("a shorter comment, or fewer entries at a time, can be confirmed."))
    }

    /// Everything that was shown and seen, for binding an agreement to it.
    pub fn fingerprint(&self) -> Value {
        json!([
            self.direction,
            self.target,
            self.lines(PersonalData::Full, Outlet::Question),
            self.seen,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Change {
        Change {
            direction: "approve",
            target: "session 1".to_owned(),
            action: Line::new("Approve ")
                .personal(Class::Identity, "Ana \"A\" Ruiz")
                .words("."),
            consequence: "The person counts as verified from now on.".to_owned(),
            choice: "Approve",
            warnings: vec![Line::new("The document names somebody else.")],
            subject: Line::new("Session 4, customer ").sent("c-1"),
            settings: Setting::of_request(&json!({"comment": "ok"}), None),
            place: Place {
                environment: Environment::Unknown,
                application: None,
                key: Some("0000".to_owned()),
            },
            seen: Value::Null,
        }
    }

    #[test]
    fn what_matters_most_stands_first_and_nothing_ends_its_own_quotation() {
        assert_eq!(
            change().lines(PersonalData::None, Outlet::Question),
            [
                "The document names somebody else.",
                "Approve \"Ana \\u{22}A\\u{22} Ruiz\". The person counts as verified from now on.",
                "Session 4, customer \"c-1\". Where: live or sandbox not known, treated as live, API key ending in 0000",
                "Comment: \"ok\"",
            ]
        );
        let [_, preview, ..] = &change().lines(PersonalData::None, Outlet::Conversation)[..] else {
            panic!("a second line");
        };
        assert!(preview.starts_with("Approve (not shown)."), "{preview}");
    }

    #[test]
    fn what_cannot_be_shown_whole_is_refused() {
        assert!(change().check_size().is_ok());
        let mut long = change();
        // The other lines take what is left of the limit, each with its line break.
        let others: usize = long.lines(PersonalData::Full, Outlet::Question)[..3]
            .iter()
            .map(|line| line.chars().count() + 1)
            .sum();
        let most = MAX_CHARACTERS - others - "Comment: \"\"\n".len();
        for (characters, fits) in [(most, true), (most + 1, false)] {
            let comment = "é".repeat(characters);
            long.settings = Setting::of_request(&json!({ "comment": comment }), None);
            assert_eq!(long.check_size().is_ok(), fits, "{characters}");
        }
        for (entries, fits) in [(MAX_LINES - 3, true), (MAX_LINES - 2, false)] {
            let many: Vec<_> = (0..entries)
                .map(|entry| json!({ "entry": entry }))
                .collect();
            long.settings = Setting::of_request(&json!({ "entries": many }), None);
            assert_eq!(long.check_size().is_ok(), fits, "{entries}");
        }
    }
}
