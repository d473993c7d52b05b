//! Cells that a spreadsheet takes for what they are.

use std::borrow::Cow;

/// A cell that no spreadsheet takes for a formula, which could send the other cells away. An apostrophe marks it as text;
/// plain numbers such as `+34600000000` are none and stay as they are.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
pub fn harmless(cell: &str) -> Cow<'_, str> {
    // Some spreadsheets take the full-width forms for the same.
    const BEGINNINGS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    let number = cell.strip_prefix(['+', '-']).unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if cell.starts_with(BEGINNINGS) && !is_number {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}
