//! Rows whose `vendor_data` look alike: they differ only in case, or in how characters are composed.
//!
//! Didit tells them apart, and so does the batch. Other systems often do not, and then two people share an account, or one
//! person has two. So the pairs are named, and the human decides.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use super::rows::Row;
use crate::tools::clean;

/// Pairs that are named.
const MOST_NAMED: usize = 10;

/// A sentence for each pair of rows that look the same.
pub(super) fn warnings(rows: &[Row]) -> Vec<String> {
    let mut first: HashMap<String, &Row> = HashMap::new();
    let mut pairs = Vec::new();
    for row in rows {
        let look = look_of(&row.vendor_data);
        match first.get(&look) {
            Some(earlier) => pairs.push((*earlier, row)),
            None => drop(first.insert(look, row)),
        }
    }
    let named = pairs.iter().take(MOST_NAMED);
    let mut warnings: Vec<String> = named.map(|(one, other)| sentence(one, other)).collect();
    if pairs.len() > MOST_NAMED {
        warnings.push(format!(
            "{} more rows differ from an earlier one in the same way.",
            pairs.len() - MOST_NAMED
        ));
    }
    warnings
}

fn sentence(one: &Row, other: &Row) -> String {
    let differs = if composed(&one.vendor_data) == composed(&other.vendor_data) {
        "in how their characters are put together (Unicode composition)"
    } else {
        "in upper and lower case, or in the form of their characters"
    };
    format!(
        "Lines {} and {} count as two people, though their vendor_data differ only {differs}: {} and {}.",
        one.line,
        other.line,
        clean(&one.vendor_data),
        clean(&other.vendor_data)
    )
}

fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// What an eye, or a system that normalises, sees.
fn look_of(text: &str) -> String {
    // Lower case can take characters apart again.
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    folded.nfkc().collect()
}
