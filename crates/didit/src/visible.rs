//! Characters that a reader cannot see, although a model, a terminal or a search reads them.
//!
//! Two texts that differ only in such a character look the same to the human who agrees, so none is ever sent. What is
//! received is cleaned where it is shown.

/// Whether a character shows nothing by itself: what Unicode calls ignorable by default, the marks of annotations, fillers,
/// the empty Braille pattern and code points that will never be characters. Control characters are not among them; see
/// [`char::is_control`].
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{13440}' | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || is_noncharacter(character)
}

/// The first character of a text that a reader cannot see, and its place counted from 1.
///
/// Joiners and variation selectors are seen where they change how their neighbours look: between letters of scripts that join,
/// after the sign that kills an Indic vowel, in emoji, and after the ideographs and emoji that have variants.
pub fn first_invisible(text: &str) -> Option<(usize, char)> {
    // Nearly every text is plain, and then there is nothing to look at.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    let mut before = None;
    let mut characters = text.chars().enumerate().peekable();
    while let Some((index, character)) = characters.next() {
        let after = characters.peek().map(|(_, next)| *next);
        let hidden = character.is_control() || is_invisible(character);
        if hidden && !is_seen_between(character, before, after) {
            return Some((index + 1, character));
        }
        before = Some(character);
    }
    None
}

/// Whether a character that shows nothing by itself changes how its neighbours look, as its writers mean it to.
fn is_seen_between(character: char, before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else {
        return false;
    };
    match character {
        '\u{200c}' | '\u{200d}' if is_virama(before) => {
            after.is_none_or(|after| joins(after) || is_end_of_word(after))
        }
        '\u{200c}' => joins(before) && after.is_some_and(joins),
        '\u{200d}' => {
            let Some(after) = after else {
                return false;
            };
            let in_emoji =
                matches!(before, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}') || is_emoji(before);
            joins(before) && joins(after) || in_emoji && is_emoji(after)
        }
        // Text or emoji style, of an emoji or of a key such as 1️⃣.
        '\u{fe0e}' | '\u{fe0f}' => {
            is_emoji(before) || after == Some('\u{20e3}') && matches!(before, '0'..='9' | '#' | '*')
        }
        // The variant of an ideograph, of which names are particular.
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(before),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => is_mongolian(before),
        '\u{180e}' => is_mongolian(before) && after.is_some_and(is_mongolian),
        _ => false,
    }
}

/// Letters of scripts whose letters change shape beside each other, and the marks on them.
fn joins(character: char) -> bool {
    let of_script = matches!(character,
        '\u{0620}'..='\u{065f}' | '\u{066e}'..='\u{06d3}' | '\u{06d5}'..='\u{06dc}' | '\u{06df}'..='\u{06ff}'
        | '\u{0710}'..='\u{07ff}' | '\u{0840}'..='\u{085b}' | '\u{0860}'..='\u{088e}' | '\u{08a0}'..='\u{08e1}'
        | '\u{08e3}'..='\u{08ff}' | '\u{0900}'..='\u{0dff}' | '\u{0f00}'..='\u{0fff}' | '\u{1000}'..='\u{109f}'
        | '\u{1700}'..='\u{17d3}' | '\u{1820}'..='\u{18aa}' | '\u{1a20}'..='\u{1aad}' | '\u{1b00}'..='\u{1bf3}'
        | '\u{a800}'..='\u{a8ff}' | '\u{a980}'..='\u{a9df}' | '\u{aa60}'..='\u{aaf6}' | '\u{fb50}'..='\u{fdfb}'
        | '\u{fe70}'..='\u{fefc}' | '\u{10d00}'..='\u{10d27}' | '\u{11000}'..='\u{11fff}' | '\u{1e900}'..='\u{1e94b}');
    of_script && !is_invisible(character)
}

/// Viramas, which suppress the vowel of the letter before them; a joiner after one selects how the pair is written.
fn is_virama(character: char) -> bool {
    matches!(
        character,
        '\u{094d}'
            | '\u{09cd}'
            | '\u{0a4d}'
            | '\u{0acd}'
            | '\u{0b4d}'
            | '\u{0bcd}'
            | '\u{0c4d}'
            | '\u{0ccd}'
            | '\u{0d3b}'
            | '\u{0d3c}'
            | '\u{0d4d}'
            | '\u{0dca}'
            | '\u{1039}'
            | '\u{103a}'
            | '\u{17d2}'
            | '\u{1b44}'
            | '\u{a9c0}'
    )
}

fn is_end_of_word(character: char) -> bool {
    matches!(
        character,
        ' ' | '\n' | '.' | ',' | '-' | '/' | ')' | ';' | ':' | '!' | '?' | '"' | '\''
    )
}

fn is_mongolian(character: char) -> bool {
    matches!(character, '\u{1820}'..='\u{18aa}')
}

fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && !is_noncharacter(character)
}

/// Signs that can be shown as pictures.
fn is_emoji(character: char) -> bool {
    matches!(character,
        '\u{00a9}' | '\u{00ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{21aa}'
        | '\u{231a}'..='\u{23ff}' | '\u{24c2}' | '\u{25aa}'..='\u{27bf}' | '\u{2934}' | '\u{2935}' | '\u{2b05}'..='\u{2b55}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// Code points that Unicode will never make characters of.
fn is_noncharacter(character: char) -> bool {
    matches!(u32::from(character), 0xfdd0..=0xfdef) || u32::from(character) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::{first_invisible, is_invisible};

    #[test]
    fn names_and_words_of_every_script_are_seen_whole() {
        for text in [
            "",
            "Ana Ruiz",
            "Zoë Müller-Łukasz",
            "می\u{200c}خواهم",
            "ക\u{200d}ഷ",
            "അനില\u{d4d}\u{200d}",
            "ක\u{dca}\u{200d}ර",
            "श\u{94d}\u{200d}र\u{940}",
            "葛\u{e0100}城市",
            "辻\u{fe00}",
            "ᠮᠣᠩ\u{180e}ᠠ",
            "❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            "👩\u{200d}👧",
            "👩🏽\u{200d}🚒",
            "🏳\u{fe0f}\u{200d}🌈",
            "東京\u{3000}都",
            "a\u{a0}b",
            "שלום",
        ] {
            assert_eq!(first_invisible(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_hides_is_found_with_its_place() {
        for (text, place, hidden) in [
            ("Ana \u{200b}Ruiz", 5, '\u{200b}'),
            ("\u{feff}4711", 1, '\u{feff}'),
            ("47\u{200c}11", 3, '\u{200c}'),
            ("Ana\u{200d}", 4, '\u{200d}'),
            ("می\u{200c}", 3, '\u{200c}'),
            ("می\u{200c}\u{200c}خ", 3, '\u{200c}'),
            ("👩\u{200d}", 2, '\u{200d}'),
            ("👩\u{200d}a", 2, '\u{200d}'),
            ("a\u{fe0f}", 2, '\u{fe0f}'),
            ("a\u{e0100}", 2, '\u{e0100}'),
            ("葛\u{e0100}\u{e0101}", 3, '\u{e0101}'),
            ("❤\u{fe0f}\u{fe0f}", 3, '\u{fe0f}'),
            ("🏴\u{e0067}\u{e007f}", 2, '\u{e0067}'),
            ("a\u{202e}b", 2, '\u{202e}'),
            ("a\u{200e}b", 2, '\u{200e}'),
            ("a\u{2066}b", 2, '\u{2066}'),
            ("a\u{61c}b", 2, '\u{61c}'),
            ("a\u{ad}b", 2, '\u{ad}'),
            ("a\u{3164}", 2, '\u{3164}'),
            ("a\u{2800}", 2, '\u{2800}'),
            ("a\tb", 2, '\t'),
            ("a\u{85}b", 2, '\u{85}'),
            ("a\u{2028}b", 2, '\u{2028}'),
            ("é\u{1b}[2J", 2, '\u{1b}'),
            ("\u{ffff}", 1, '\u{ffff}'),
        ] {
            assert_eq!(first_invisible(text), Some((place, hidden)), "{text:?}");
        }
    }

    #[test]
    fn no_character_of_ascii_is_invisible() {
        assert!(!(' '..='~').any(is_invisible));
    }
}
