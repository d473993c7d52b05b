//! Writings of a word that mean the same: case, accents, and the spellings that machine-readable zones use for them.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// A writing system, as far as names in one cannot be compared with names in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Han,
    Kana,
    Hangul,
    /// Any other one.
    Other,
}

impl Script {
    /// The script of the first letter of a word; `None` for a word without letters.
    pub(super) fn of(word: &str) -> Option<Self> {
        let letter = word.chars().find(|letter| letter.is_alphabetic())?;
        Some(match u32::from(letter) {
            ..=0x2af | 0x1e00..=0x1eff | 0xff21..=0xff5a => Self::Latin,
            0x370..=0x3ff | 0x1f00..=0x1fff => Self::Greek,
            0x400..=0x52f | 0x1c80..=0x1c8f => Self::Cyrillic,
            0x590..=0x5ff => Self::Hebrew,
            0x600..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Self::Arabic,
            0x3040..=0x30ff | 0x31f0..=0x31ff | 0xff66..=0xff9f => Self::Kana,
            0x1100..=0x11ff | 0xac00..=0xd7af => Self::Hangul,
            0x3005..=0x3007 | 0x3400..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af => Self::Han,
            _ => Self::Other,
        })
    }
}

/// The ways in which one word is written without accents: `Müller` is `muller` and `mueller`. There is always one, and the
/// last one is the longer spelling where there are two.
pub(super) fn spellings(word: &str) -> Vec<String> {
    let composed: String = word.nfc().flat_map(char::to_lowercase).nfc().collect();
    let plain = unaccented(&composed, |_| None);
    let long = unaccented(&composed, |letter| match letter {
        'ä' => Some("ae"),
        'ö' | 'ø' => Some("oe"),
        'ü' => Some("ue"),
        'å' => Some("aa"),
        'đ' => Some("dj"),
        _ => None,
    });
    if plain == long {
        vec![plain]
    } else {
        vec![plain, long]
    }
}

fn unaccented(composed: &str, long: impl Fn(char) -> Option<&'static str>) -> String {
    let mut plain = String::with_capacity(composed.len());
    for letter in composed.chars() {
        match long(letter).or_else(|| without_decomposition(letter)) {
            Some(letters) => plain.push_str(letters),
            None => plain.extend(
                std::iter::once(letter)
                    .nfkd()
                    .filter(|part| !is_combining_mark(*part))
                    .flat_map(char::to_lowercase),
            ),
        }
    }
    plain
}

/// Letters that Unicode does not take apart, as ICAO 9303 and everyday spelling write them.
fn without_decomposition(letter: char) -> Option<&'static str> {
    Some(match letter {
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ß' => "ss",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "n",
        'ŧ' => "t",
        'ə' => "a",
        // Capitals do not tell the last sigma of a word from others.
        'ς' => "σ",
        _ => return None,
    })
}

/// The words of a text, in every spelling: everything but letters, digits and the marks on them separates, and apostrophes
/// belong to no side.
pub(super) fn words(text: &str) -> Vec<Vec<String>> {
    let joined: String = text
        .chars()
        .filter(|letter| !is_apostrophe(*letter))
        .collect();
    joined
        .split(|letter: char| !(letter.is_alphanumeric() || is_combining_mark(letter)))
        .filter(|word| !word.is_empty())
        .map(spellings)
        .filter(|word| word.iter().all(|spelling| !spelling.is_empty()))
        .collect()
}

/// Whether every word of `wanted` is a word of `text`, in some spelling; false where nothing is wanted.
pub(in crate::tools) fn has_words(text: &str, wanted: &str) -> bool {
    let (there, wanted) = (words(text), words(wanted));
    let is_there = |word: &Vec<String>| {
        there
            .iter()
            .any(|other| word.iter().any(|spelling| other.contains(spelling)))
    };
    !wanted.is_empty() && wanted.iter().all(is_there)
}

fn is_apostrophe(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '`'
            | '´'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{2bb}'
            | '\u{2bc}'
            | '\u{2be}'
            | '\u{2bf}'
            | '\u{2c8}'
            | '\u{200c}'
            | '\u{200d}'
            | '\u{ff07}'
            // Marks of Arabic and Hebrew that stretch or separate.
            | 'ـ'
            | '׳'
            | '״'
    )
}
