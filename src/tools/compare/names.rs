//! Comparing names as a fair reader does: what people and offices leave out, join, move or abbreviate is no difference.

use super::{
    Likeness,
    alike::{GENERATIONS, HONORIFICS, PARTICLES, resemble},
    fold::{Script, words},
};

/// A name as it stands in one place: in parts, as a whole, or both. Blank is absent.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::tools) struct Name<'a> {
    /// Given names.
    pub given: Option<&'a str>,
    /// Family names.
    pub family: Option<&'a str>,
    /// All names.
    pub whole: Option<&'a str>,
}

impl Name<'_> {
    /// All names as one text; `None` where there is none.
    pub(in crate::tools) fn text(&self) -> Option<String> {
        if let Some(whole) = present(self.whole) {
            return Some(whole.to_owned());
        }
        let parts: Vec<&str> = [self.given, self.family]
            .into_iter()
            .filter_map(present)
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// A text with something in it.
pub(in crate::tools) fn present(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Whether two names may be one person's. `None` where one of them is empty.
pub(in crate::tools) fn names(expected: &Name<'_>, found: &Name<'_>) -> Option<Likeness> {
    let (wanted, is) = (readings(expected), readings(found));
    let mut all: Vec<Likeness> = Vec::new();
    // A document whose parts and whole tell different names must not pass by the one that fits.
    for one in &wanted {
        for other in &is {
            all.push(compare(one, other));
        }
    }
    let worst = all.into_iter().max()?;
    // Whoever expects a first name alone is content with it, whatever the family name.
    let part_alone = match (present(expected.given), present(expected.family)) {
        (Some(given), None) => Some((given, found.given)),
        (None, Some(family)) => Some((family, found.family)),
        _ => None,
    };
    let by_part = part_alone.and_then(|(wanted, is)| {
        let only = |text| Name {
            whole: Some(text),
            ..Name::default()
        };
        let (wanted, is) = (reading(&only(wanted)), reading(&only(present(is)?)));
        Some(compare(&wanted, &is))
    });
    Some(by_part.map_or(worst, |by_part| by_part.min(worst)))
}

/// The words of a name by its parts and by its whole, as far as they are told.
fn readings(name: &Name<'_>) -> Vec<Reading> {
    let in_parts = Name {
        whole: None,
        ..*name
    };
    let whole = Name {
        whole: name.whole,
        ..Name::default()
    };
    [in_parts, whole]
        .iter()
        .map(reading)
        .filter(|reading| !reading.tokens.is_empty())
        .collect()
}

/// Which part of a name a word belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Given,
    Family,
}

/// The words of a name in one order.
struct Reading {
    tokens: Vec<Token>,
    /// Whether it is told which names are given and which are the family's.
    is_in_parts: bool,
}

impl Reading {
    fn scripts(&self) -> impl Iterator<Item = Script> {
        self.tokens
            .iter()
            .filter_map(|token| Script::of(token.first()))
    }
}

#[derive(Debug, Clone)]
struct Token {
    /// At least one spelling.
    spellings: Vec<String>,
    role: Role,
}

impl Token {
    fn is(&self, other: &Self) -> bool {
        self.spellings
            .iter()
            .any(|spelling| other.spellings.contains(spelling))
    }

    fn is_any_of(&self, words: &[&str]) -> bool {
        self.spellings
            .iter()
            .any(|spelling| words.contains(&spelling.as_str()))
    }

    /// Whether it stands beside a name and tells nobody apart.
    fn is_filler(&self) -> bool {
        self.is_any_of(&HONORIFICS) || self.is_any_of(&PARTICLES) || self.is_any_of(&GENERATIONS)
    }

    fn first(&self) -> &str {
        self.spellings.first().map_or("", String::as_str)
    }

    fn is_initial_of(&self, other: &Self) -> bool {
        let mut letters = self.first().chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => {
                // In scripts of syllables and words a letter is a name of its own.
                let is_alphabet = matches!(
                    Script::of(self.first()),
                    Some(Script::Latin | Script::Greek | Script::Cyrillic)
                );
                is_alphabet
                    && other.first().chars().count() > 1
                    && other.first().starts_with(letter)
            }
            _ => false,
        }
    }

    /// Whether one may be another writing, or a short form, of the other.
    fn resembles(&self, other: &Self) -> bool {
        self.spellings
            .iter()
            .any(|one| other.spellings.iter().any(|another| resemble(one, another)))
    }
}

/// The words of a name with their roles. Where the parts are not told, the first word counts as the given name.
fn reading(name: &Name<'_>) -> Reading {
    let of = |text: Option<&str>, role| {
        words(text.unwrap_or_default())
            .into_iter()
            .map(move |spellings| Token { spellings, role })
    };
    let mut tokens: Vec<Token> = of(name.given, Role::Given)
        .chain(of(name.family, Role::Family))
        .chain(of(name.whole, Role::Family))
        .collect();
    let has = |role| tokens.iter().any(|token| token.role == role);
    let is_in_parts = has(Role::Given) && has(Role::Family);
    if !is_in_parts && tokens.len() > 1 {
        for (place, token) in tokens.iter_mut().enumerate() {
            token.role = if place == 0 {
                Role::Given
            } else {
                Role::Family
            };
        }
    }
    Reading {
        tokens,
        is_in_parts,
    }
}

/// The words that are left of one side once what fits has been taken away.
struct Side<'t> {
    tokens: Vec<&'t Token>,
    matched: Vec<bool>,
    is_in_parts: bool,
}

impl<'t> Side<'t> {
    /// The words in these scripts: the same name in another script beside it adds nothing.
    fn new(reading: &'t Reading, scripts: &[Script]) -> Self {
        let tokens: Vec<&Token> = reading
            .tokens
            .iter()
            .filter(|token| {
                Script::of(token.first()).is_none_or(|script| scripts.contains(&script))
            })
            .collect();
        Self {
            matched: vec![false; tokens.len()],
            tokens,
            is_in_parts: reading.is_in_parts,
        }
    }

    fn left(&self) -> Vec<(usize, &'t Token)> {
        self.tokens
            .iter()
            .copied()
            .enumerate()
            .filter(|(place, _)| !self.is_matched(*place))
            .collect()
    }

    fn is_matched(&self, place: usize) -> bool {
        self.matched.get(place).copied().unwrap_or(true)
    }

    fn take(&mut self, place: usize) {
        if let Some(matched) = self.matched.get_mut(place) {
            *matched = true;
        }
    }

    /// How many words that tell people apart have their counterpart.
    fn shared(&self) -> usize {
        self.tokens
            .iter()
            .zip(&self.matched)
            .filter(|(token, matched)| **matched && !token.is_filler())
            .count()
    }

    /// Whether a word of this role has its counterpart.
    fn has(&self, role: Role) -> bool {
        self.tokens
            .iter()
            .zip(&self.matched)
            .any(|(token, matched)| *matched && token.role == role)
    }

    fn knows(&self, role: Role) -> bool {
        self.tokens.iter().any(|token| token.role == role)
    }
}

fn compare(expected: &Reading, found: &Reading) -> Likeness {
    let shared: Vec<Script> = expected
        .scripts()
        .filter(|script| found.scripts().any(|other| other == *script))
        .collect();
    if shared.is_empty() {
        return Likeness::Unsure;
    }
    let (mut expected, mut found) = (Side::new(expected, &shared), Side::new(found, &shared));
    pair(&mut expected, &mut found, Token::is);
    join(&mut expected, &mut found);
    join(&mut found, &mut expected);
    pair(&mut expected, &mut found, |one, other| {
        one.is_initial_of(other) || other.is_initial_of(one)
    });
    let shared = expected.shared().min(found.shared());
    let generations = [generation(&expected), generation(&found)];
    if let [Some(one), Some(other)] = generations
        && one != other
    {
        return Likeness::Unsure;
    }
    let (mut left, mut right) = (significant(&expected), significant(&found));
    if left.is_empty() && right.is_empty() {
        return Likeness::Match;
    }
    if shared == 0 {
        let resembles = |one: &&Token| right.iter().any(|other| one.resembles(other));
        return if left.iter().any(resembles) {
            Likeness::Unsure
        } else {
            Likeness::Differs
        };
    }
    if right.is_empty() {
        return missing(&expected, shared);
    }
    if left.is_empty() {
        return missing(&found, shared);
    }
    let is_other_given = given_differs(&expected, &left, &right, &found)
        || given_differs(&found, &right, &left, &expected);
    let has_alike = drop_alike(&mut left, &mut right);
    if is_other_given && !(left.is_empty() && right.is_empty()) {
        Likeness::Differs
    } else if has_alike {
        Likeness::Unsure
    } else {
        conflict(&expected, &found, &left, &right)
    }
}

/// Whether none of the given names of one side is among the names of the other, not even alike. Where no part is told on
/// either side, the first word is taken for a given name.
fn given_differs(side: &Side<'_>, left: &[&Token], right: &[&Token], other: &Side<'_>) -> bool {
    let counts = side.is_in_parts || !other.is_in_parts;
    let resembles = left
        .iter()
        .filter(|token| token.role == Role::Given)
        .any(|one| right.iter().any(|other| one.resembles(other)));
    counts && side.knows(Role::Given) && !side.has(Role::Given) && !resembles
}

/// Takes away pairs of words that are the same in some way.
fn pair(one: &mut Side<'_>, other: &mut Side<'_>, same: impl Fn(&Token, &Token) -> bool) {
    for (place, token) in one.left() {
        if let Some((partner, _)) = other
            .left()
            .into_iter()
            .find(|(_, candidate)| same(token, candidate))
        {
            one.take(place);
            other.take(partner);
        }
    }
}

/// Takes away words that the other side writes in two or three: `Delacruz` and `de la Cruz`.
fn join(whole: &mut Side<'_>, parts: &mut Side<'_>) {
    for (place, token) in whole.left() {
        let left = parts.left();
        let run = (2..=3).find_map(|length| {
            left.windows(length).find(|run| {
                let is_adjacent = run
                    .windows(2)
                    .all(|two| matches!(two, [(first, _), (second, _)] if first + 1 == *second));
                // Scripts without spaces join the family name in front.
                is_adjacent && rotations(run).any(|joined| token.spellings.contains(&joined))
            })
        });
        if let Some(run) = run {
            whole.take(place);
            run.iter().for_each(|(part, _)| parts.take(*part));
        }
    }
}

fn rotations(run: &[(usize, &Token)]) -> impl Iterator<Item = String> {
    let parts: Vec<String> = run
        .iter()
        .map(|(_, part)| part.first().to_owned())
        .collect();
    (0..parts.len()).map(move |first| {
        let (front, back) = parts.split_at_checked(first).unwrap_or_default();
        back.iter().chain(front).map(String::as_str).collect()
    })
}

/// What is left and would make a difference.
fn significant<'t>(side: &Side<'t>) -> Vec<&'t Token> {
    side.left()
        .into_iter()
        .map(|(_, token)| token)
        .filter(|token| {
            !token.is_filler()
                // The same word twice says no more than once.
                && !side
                    .tokens
                    .iter()
                    .enumerate()
                    .any(|(place, other)| side.is_matched(place) && other.is(token))
        })
        .collect()
}

fn generation(side: &Side<'_>) -> Option<&'static str> {
    side.left().into_iter().find_map(|(_, token)| {
        GENERATIONS
            .into_iter()
            .find(|word| token.is_any_of(&[word]))
    })
}

/// One side has names that the other leaves out: middle names, a second surname, a patronymic.
fn missing(longer: &Side<'_>, shared: usize) -> Likeness {
    let both = longer.has(Role::Given) && longer.has(Role::Family);
    if shared >= 2 && both {
        Likeness::Match
    } else {
        Likeness::Unsure
    }
}

/// Takes away words that may be the same, and tells whether there were any.
fn drop_alike(left: &mut Vec<&Token>, right: &mut Vec<&Token>) -> bool {
    let before = left.len();
    left.retain(|one| {
        let partner = right.iter().position(|other| one.resembles(other));
        partner.map(|place| right.remove(place)).is_none()
    });
    left.len() < before
}

/// Both sides have names that the other does not.
fn conflict(expected: &Side<'_>, found: &Side<'_>, left: &[&Token], right: &[&Token]) -> Likeness {
    let only = |tokens: &[&Token], role| tokens.iter().all(|token| token.role == role);
    let fits = expected.has(Role::Given)
        && expected.has(Role::Family)
        && found.has(Role::Given)
        && found.has(Role::Family);
    // One leaves out a middle name, the other a second surname.
    let apart = only(left, Role::Given) && only(right, Role::Family)
        || only(left, Role::Family) && only(right, Role::Given);
    if fits && apart {
        Likeness::Match
    } else {
        // Surnames change with marriage, and a second name may be another one of the same person.
        Likeness::Unsure
    }
}
