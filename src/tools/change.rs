//! A change that a human agrees to first, as data: what is done, to whom, from what to what, and where.
//!
//! It is built from the request that will be sent, so that nothing reaches Didit that a human did not read. Every front end,
//! the client of either protocol era, the terminal and the card, shows the same lines in the same order: what matters most
//! first, because some clients show only the first three.

mod line;
mod quotation;
mod values;

use serde_json::{Value, json};

use super::{
    environment::{ChangeLocation, Environment},
    error::{ErrorCode, ToolError},
    personal::{Outlet, PersonalData},
};
pub use line::Line;
pub use quotation::quoted;
pub use values::Setting;

/// The most lines of a question.
const MAX_LINES: usize = 40;
/// The most characters of a question.
const MAX_CHARACTERS: usize = 4_000;

/// A change that waits for agreement.
#[derive(Debug, Clone)]
pub struct Change {
    /// What it does, in one word; together with the target, this is the scope of a human's no.
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
    pub place: ChangeLocation,
    /// What was true when the human was asked, besides what the lines say: a change of it makes the agreement void.
    pub seen: Value,
}

impl ChangeLocation {
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
            ErrorCode::TooLongToConfirm,
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
    use crate::tools::personal::Class;

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
            place: ChangeLocation {
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
