//! How long a value is as JSON, without writing it down.

use std::io;

use serde::Serialize;

/// The length of `value` as JSON, in characters; 0 if it cannot be serialized.
pub fn json_characters(value: &impl Serialize) -> usize {
    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, value) {
        Ok(()) => counter.0,
        Err(_) => 0,
    }
}

/// Counts the characters of the UTF-8 that is written to it.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Every character has one byte that does not continue another.
        self.0 += bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::json_characters;

    proptest! {
        #[test]
        fn counts_what_would_be_written(text in "\\PC{0,40}", number in any::<i64>()) {
            let value = json!({ "text": text, "list": [number, null, "\n\"é\u{1f600}"] });
            prop_assert_eq!(json_characters(&value), value.to_string().chars().count());
        }
    }
}
