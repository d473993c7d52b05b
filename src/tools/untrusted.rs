//! Text that a person, a document or a reviewer wrote.

/// The longest value that is shown.
const MAX_CHARACTERS: usize = 300;

/// Removes what a reader cannot see but a model can: control, bidirectional, zero-width and tag
/// characters. Line breaks become spaces, so one value stays one line.
pub fn clean(value: &str) -> String {
    let cleaned: String = value
        .chars()
        .map(|character| {
            if character.is_whitespace() {
                ' '
            } else {
                character
            }
        })
        .filter(|character| !character.is_control() && !is_invisible(*character))
        .collect();
    let cleaned = cleaned.trim();
    if cleaned.chars().count() <= MAX_CHARACTERS {
        return cleaned.to_owned();
    }
    let kept: String = cleaned.chars().take(MAX_CHARACTERS).collect();
    format!("{kept} [cut]")
}

fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Hides all but the last four characters of a number.
pub(super) fn masked(number: &str) -> String {
    let characters: Vec<char> = number.chars().collect();
    let shown = if characters.len() > 6 { 4 } else { 0 };
    let hidden = characters.len() - shown;
    std::iter::repeat_n('*', hidden)
        .chain(characters.into_iter().skip(hidden))
        .collect()
}
