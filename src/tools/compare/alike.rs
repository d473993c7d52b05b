//! Single names that may be the same although they are written differently, and words beside names that tell nobody apart.

use super::fold::Script;

/// Whether one name may be another writing, or a short form, of the other.
pub(super) fn resemble(one: &str, other: &str) -> bool {
    let (short, long) = if one.chars().count() <= other.chars().count() {
        (one, other)
    } else {
        (other, one)
    };
    let length = short.chars().count();
    if length == 0 || Script::of(one) != Script::of(other) {
        return false;
    }
    let edits = strsim::levenshtein(one, other);
    let is_longer = long.chars().count() > length;
    let is_near =
        edits == 1 && (length >= 4 || length == 3 && is_longer) || edits == 2 && length >= 8;
    let is_short_form =
        length >= 3 && long.starts_with(short) || length >= 4 && long.ends_with(short);
    let skeleton = consonants(one);
    let sounds_alike = skeleton.chars().count() >= 4 && skeleton == consonants(other);
    is_near
        || is_short_form
        || sounds_alike
        || without_doubles(one) == without_doubles(other)
        || NICKNAMES.iter().any(|group| {
            let mut names = group.split(' ');
            names.clone().any(|name| name == one) && names.any(|name| name == other)
        })
}

/// What stays of a word in every transliteration: `mohammed` and `muhamad` are `mhmd`.
fn consonants(word: &str) -> String {
    without_doubles(word)
        .chars()
        .filter(|letter| !matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y'))
        .collect()
}

fn without_doubles(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// Words beside a name that say what somebody is, and what offices write where a name is missing.
pub(super) const HONORIFICS: [&str; 36] = [
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lord",
    "lady",
    "herr",
    "frau",
    "dipl",
    "ing",
    "mag",
    "senor",
    "senora",
    "sra",
    "don",
    "dona",
    "monsieur",
    "mme",
    "mlle",
    "madame",
    "shri",
    "smt",
    "hajji",
    "haji",
    "sheikh",
    "eng",
    "rev",
    "fnu",
    "lnu",
    "xxx",
];

/// Small words between names, which come and go.
pub(super) const PARTICLES: [&str; 50] = [
    "de", "del", "della", "di", "da", "do", "dos", "das", "du", "des", "d", "la", "le", "las",
    "los", "lo", "y", "e", "i", "van", "von", "der", "den", "dem", "het", "ter", "ten", "te", "t",
    "zu", "zum", "zur", "af", "av", "al", "el", "ul", "bin", "ibn", "ben", "bint", "binti",
    "binte", "s", "o", "a", "ap", "st", "san", "geb",
];

/// Words that tell a father from his son.
pub(super) const GENERATIONS: [&str; 7] = ["jr", "junior", "sr", "senior", "ii", "iii", "iv"];

/// Names that go with each other in everyday use and do not look alike.
const NICKNAMES: [&str; 28] = [
    "robert bob bobby rob bert",
    "william bill billy will liam",
    "richard dick rick",
    "james jim jimmy jamie",
    "john jack johnny",
    "edward ted ned eddie",
    "henry harry hank",
    "charles chuck charlie",
    "margaret peggy maggie meg greta",
    "elizabeth betty liz beth lisa eliza",
    "katherine catherine kate kathy katie kitty",
    "mary molly polly",
    "sarah sally",
    "anthony tony",
    "michael mike misha mischa",
    "alexander alexandra aleksandr aleksandra sasha sascha alex sandro",
    "jose pepe",
    "francisco paco pancho curro",
    "ignacio nacho",
    "guadalupe lupe",
    "dolores lola",
    "enrique quique",
    "giuseppe beppe peppe",
    "johannes hans hannes jan",
    "ekaterina yekaterina katya katja",
    "dmitri dmitry dmitriy dima mitya",
    "vladimir vova volodya",
    "maria masha mascha maruja",
];
