//! Finds secrets in a text: those of people as they are, random ones also in part and with separators within.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use uuid::Uuid;

use super::{
    letters::{Letters, Tags, all},
    protocol_words::holds_word,
    spellings::{lettered, spellings},
};

/// Shorter values would hide ordinary words.
pub const SHORTEST: usize = 8;

/// So many letters and digits in a row tell a random secret from every other text.
const SHORTEST_PIECE: usize = 12;
/// More letters and digits tell nothing more. Long tokens begin alike, so that fewer would not tell them apart.
const LONGEST_PIECE: usize = 64;
/// The length of a UUID with its hyphens.
const UUID: usize = 36;
/// No id and no time is longer.
const LONGEST_ID: usize = 40;
/// How texts end that were cut for their length.
const CUTS: [&str; 3] = [" [cut]", "\" [cut]", "…"];

/// Where a secret is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JsonPart {
    /// The value of a field, or a text.
    Value,
    /// The name of a field: one that a human chose may well be a word, and names are the protocol's.
    Name,
}

/// What is known of a secret's making.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A human chose it, so a part of it may be an ordinary word: `Approved2024!`.
    Chosen,
    /// A machine drew it, so that most of it is as good as all of it.
    Random,
}

/// The search for everything that is to be hidden.
pub(super) struct Finder {
    /// Beginnings of [`Self::exact`], character by character.
    beginnings: AhoCorasick,
    exact: Vec<Exact>,
    /// Beginnings and ends of random secrets among the letters and digits of a text.
    pieces: AhoCorasick,
    places: Vec<Piece>,
    /// What the pieces are taken from.
    lettered: Vec<Vec<u8>>,
}

struct Exact {
    spelling: String,
    /// Whether it is in base64 or hexadecimal, which no ordinary text looks like.
    is_encoded: bool,
    kind: Kind,
}

impl Exact {
    /// Whether so many bytes of it, before `after`, are to be hidden.
    fn counts(&self, length: usize, after: &str) -> bool {
        let is_whole = length == self.spelling.len();
        // The last character of base64 holds bits of what follows.
        let is_all_but_one = self.is_encoded && length + 1 == self.spelling.len();
        // The rest of a longer text was cut off, not changed.
        let is_cut = || CUTS.iter().any(|cut| after.starts_with(cut));
        let is_telling = (self.kind == Kind::Random || self.is_encoded) && length >= SHORTEST_PIECE;
        is_whole || is_all_but_one || is_telling || is_cut()
    }
}

/// Where a piece begins in which of the random spellings.
struct Piece {
    spelling: usize,
    start: usize,
}

impl Finder {
    /// Prepares the search. There is none without secrets.
    pub(super) fn new(secrets: &[(&str, Kind)]) -> Option<Self> {
        let mut exact = Vec::new();
        let mut lettered_all = Vec::new();
        for (secret, kind) in secrets {
            let letters = letters(secret);
            let is_long = letters.len() >= SHORTEST_PIECE;
            let kind = if *kind == Kind::Random && is_long && !holds_word(&letters) {
                lettered_all
                    .extend(lettered(secret).map(|spelling| self::letters(&spelling).into_bytes()));
                Kind::Random
            } else {
                Kind::Chosen
            };
            if kind == Kind::Chosen || !is_token_like(secret) {
                let all = spellings(secret).into_iter();
                exact.extend(all.filter(|(spelling, _)| spelling.len() >= SHORTEST).map(
                    |(spelling, is_encoded)| Exact {
                        spelling,
                        is_encoded,
                        kind,
                    },
                ));
            }
        }
        if exact.is_empty() && lettered_all.is_empty() {
            return None;
        }
        // The fastest kind to build, which counts at every start; its prefilter makes up for slower searching.
        let automaton = || {
            let mut builder = AhoCorasick::builder();
            builder.kind(Some(AhoCorasickKind::NoncontiguousNFA));
            builder
        };
        let beginnings = automaton()
            .ascii_case_insensitive(true)
            .build(exact.iter().map(|exact| beginning(&exact.spelling)))
            .ok()?;
        let (mut places, mut pieces) = (Vec::new(), Vec::new());
        for (spelling, letters) in lettered_all.iter().enumerate() {
            let head = piece(letters.iter());
            let tail = piece(letters.iter().rev());
            for (start, length) in [(0, head), (letters.len() - tail, tail)] {
                pieces.extend(letters.get(start..start + length));
                places.push(Piece { spelling, start });
            }
        }
        Some(Self {
            beginnings,
            exact,
            pieces: automaton().build(pieces).ok()?,
            places,
            lettered: lettered_all,
        })
    }

    /// Whether a secret may stand in a text, as it is or as JSON. Nearly every text passes here and nowhere else.
    pub(super) fn may_match(&self, text: &str) -> bool {
        if !self.exact.is_empty() && self.beginnings.is_match(text) {
            return true;
        }
        !self.places.is_empty() && self.pieces.is_match(&all(text))
    }

    /// The text with `hidden` in place of every secret; nothing when there is none.
    pub(super) fn replace(&self, text: &str, place: JsonPart, hidden: &str) -> Option<String> {
        let mut found: Vec<Range<usize>> = self.exact(text, place).collect();
        if !self.places.is_empty() {
            for tags in readings(text) {
                found.extend(self.random(text, tags));
            }
        }
        if found.is_empty() {
            return None;
        }
        found.sort_by_key(|range| range.start);
        let mut replaced = String::with_capacity(text.len());
        let mut end = 0;
        for range in found {
            // What overlaps was begun already.
            if let Some(before) = text.get(end..range.start) {
                replaced.push_str(before);
                replaced.push_str(hidden);
            }
            end = end.max(range.end);
        }
        replaced.push_str(text.get(end..).unwrap_or_default());
        Some(replaced)
    }

    /// Spellings as they are; also the beginnings of them that are to be hidden too.
    fn exact(&self, text: &str, place: JsonPart) -> impl Iterator<Item = Range<usize>> {
        self.beginnings
            .find_overlapping_iter(text)
            .filter_map(move |found| {
                let exact = self.exact.get(found.pattern().as_usize())?;
                let rest = text.get(found.start()..)?;
                let length = common(&exact.spelling, rest);
                let after = rest.get(length..)?;
                let range = found.start()..found.start() + length;
                let counts = match place {
                    JsonPart::Name if exact.kind == Kind::Chosen => false,
                    _ => exact.counts(length, after),
                };
                (counts && !is_within_id(text, &range)).then_some(range)
            })
    }

    /// Random secrets and the larger part of one, whatever stands between their letters and digits.
    fn random(&self, text: &str, tags: Tags) -> Vec<Range<usize>> {
        let (letters, ranges): (Vec<u8>, Vec<Range<usize>>) = Letters::of(text, tags).unzip();
        self.pieces
            .find_overlapping_iter(&letters)
            .filter_map(|found| {
                let piece = self.places.get(found.pattern().as_usize())?;
                let spelling = self.lettered.get(piece.spelling)?;
                // As much more of it as stands there, so that no tail stays behind: all the rest of it, or what follows closely.
                let length = found.end() - found.start();
                let rest = spelling.get(piece.start + length..)?;
                let after = common_letters(letters.get(found.end()..)?.iter(), rest.iter());
                let joined = ranges
                    .get(found.end() - 1..)?
                    .windows(2)
                    .take_while(|pair| is_close(pair))
                    .count();
                let after = if after == rest.len() {
                    after
                } else {
                    after.min(joined)
                };
                let rest = spelling.get(..piece.start)?;
                let before = letters.get(..found.start())?;
                let before = common_letters(before.iter().rev(), rest.iter().rev());
                let joined = ranges
                    .get(..=found.start())?
                    .windows(2)
                    .rev()
                    .take_while(|pair| is_close(pair))
                    .count();
                let before = if before == rest.len() {
                    before
                } else {
                    before.min(joined)
                };
                let first = ranges.get(found.start() - before)?;
                let last = ranges.get(found.end() + after - 1)?;
                Some(first.start..last.end)
            })
            .collect()
    }
}

/// The ways to read a text that are worth it.
fn readings(text: &str) -> impl Iterator<Item = Tags> {
    let skipped = text.contains('<').then_some(Tags::Skipped);
    std::iter::once(Tags::Read).chain(skipped)
}

fn letters(text: &str) -> String {
    Letters::of(text, Tags::Read)
        .map(|(letter, _)| char::from(letter))
        .collect()
}

/// Whether the letters and digits of a secret, in a row, say all of it.
fn is_token_like(secret: &str) -> bool {
    secret
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=:".contains(&byte))
}

/// How many letters and digits, from one end of a secret, count as all of it. A digit is among them, because two words in a
/// row may stand in any text.
fn piece<'a>(letters: impl ExactSizeIterator<Item = &'a u8> + Clone) -> usize {
    let half = letters
        .len()
        .div_ceil(2)
        .clamp(SHORTEST_PIECE, LONGEST_PIECE);
    let digit = letters.clone().position(u8::is_ascii_digit);
    half.max(digit.map_or(letters.len(), |digit| digit + 1))
        .min(letters.len())
}

/// The first half of a spelling, in whole characters: a text that was cut for its length may end within one.
fn beginning(spelling: &str) -> &str {
    let half = spelling.len().div_ceil(2);
    (half..=spelling.len())
        .find_map(|end| spelling.get(..end))
        .unwrap_or(spelling)
}

/// How many bytes at the start of `text` are those of the spelling, in upper or lower case.
fn common(spelling: &str, text: &str) -> usize {
    spelling
        .chars()
        .zip(text.chars())
        .take_while(|(one, other)| one.eq_ignore_ascii_case(other))
        .map(|(_, other)| other.len_utf8())
        .sum()
}

/// How many letters two sequences begin with alike.
fn common_letters<'a>(
    one: impl Iterator<Item = &'a u8>,
    other: impl Iterator<Item = &'a u8>,
) -> usize {
    one.zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

/// Whether at most one byte stands between two letters.
fn is_close(pair: &[Range<usize>]) -> bool {
    matches!(pair, [one, next] if next.start <= one.end + 1)
}

/// Whether a place is a part of an id or of a time, where a password of digits stands by chance.
fn is_within_id(text: &str, range: &Range<usize>) -> bool {
    let is_inside = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-:.+".contains(byte);
    let before = text.as_bytes().get(..range.start).unwrap_or_default();
    let after = text.as_bytes().get(range.end..).unwrap_or_default();
    // No further than an id or a time is long: a picture in base64 is one word of a million letters.
    let before = before
        .iter()
        .rev()
        .take(LONGEST_ID)
        .take_while(is_inside)
        .count();
    let after = after.iter().take(LONGEST_ID).take_while(is_inside).count();
    let whole = text
        .get(range.start - before..range.end + after)
        .unwrap_or_default()
        .trim_matches(|character: char| !character.is_ascii_alphanumeric());
    whole.len() > range.len()
        && (whole.len() == UUID && Uuid::try_parse(whole).is_ok()
            || whole.parse::<jiff::Timestamp>().is_ok())
}
