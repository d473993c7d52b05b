//! Searches for many beginnings of secrets at once, by leaps.
//!
//! Every answer passes here, and nearly none holds a secret. So the search looks at three bytes at the end of a window as long
//! as the shortest head. Where those stand in no head, no head can cover them, and the window leaps behind them (the method
//! of Wu and Manber). An automaton that reads every byte took most of the time of a call.

/// Bytes that are looked up together.
const GRAM: usize = 3;
/// Bits of each byte that count; these are the same for both cases of an ASCII letter.
const BITS: usize = 5;

/// Beginnings of secrets, each of at least [`GRAM`] bytes.
pub(super) struct Heads {
    heads: Vec<Vec<u8>>,
    /// The length of the shortest head.
    window: usize,
    /// By the last bytes of a window: how far the next one may lie; 0 where a head may begin with the window.
    leaps: Vec<u8>,
}

impl Heads {
    /// Prepares the search. There is nothing to search for without heads, or when one is too short for it.
    pub(super) fn new<'a>(heads: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut heads: Vec<Vec<u8>> = heads.map(|head| head.as_bytes().to_vec()).collect();
        heads.sort();
        heads.dedup();
        let window = heads.iter().map(Vec::len).min()?;
        let longest = u8::try_from(window.checked_sub(GRAM)? + 1).unwrap_or(u8::MAX);
        let mut leaps = vec![longest; 1 << (BITS * GRAM)];
        for head in &heads {
            for start in 0..=window - GRAM {
                let Some(gram) = head.get(start..).and_then(<[u8]>::first_chunk) else {
                    continue;
                };
                let leap = u8::try_from(window - GRAM - start).unwrap_or(u8::MAX);
                if let Some(known) = leaps.get_mut(slot(gram)) {
                    *known = leap.min(*known);
                }
            }
        }
        Some(Self {
            heads,
            window,
            leaps,
        })
    }

    /// Where the first head begins in `text`, whatever the case of its ASCII letters: proxies lower-case what they echo, and
    /// encoders write hexadecimal digits either way.
    pub(super) fn find(&self, text: &[u8]) -> Option<usize> {
        let last = self.window - GRAM;
        let mut start = 0;
        loop {
            let gram = text.get(start + last..)?.first_chunk()?;
            let leap = self.leaps.get(slot(gram)).copied().unwrap_or_default();
            if leap > 0 {
                start += usize::from(leap);
                continue;
            }
            let rest = text.get(start..)?;
            let begins = |head: &Vec<u8>| {
                rest.get(..head.len())
                    .is_some_and(|beginning| beginning.eq_ignore_ascii_case(head))
            };
            if self.heads.iter().any(begins) {
                return Some(start);
            }
            start += 1;
        }
    }
}

/// The place of three bytes among the leaps. Others may share it, which makes a leap shorter and never too long.
fn slot(gram: &[u8; GRAM]) -> usize {
    // Written out, because this is done for every dozen bytes of every answer.
    let [first, second, third] = *gram;
    let bits = |byte: u8| usize::from(byte & ((1 << BITS) - 1));
    (bits(first) << (2 * BITS)) | (bits(second) << BITS) | bits(third)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Heads;

    fn naive(heads: &[String], text: &[u8]) -> Option<usize> {
        (0..text.len()).find(|start| {
            heads.iter().any(|head| {
                text.get(*start..start + head.len())
                    .is_some_and(|part| part.eq_ignore_ascii_case(head.as_bytes()))
            })
        })
    }

    proptest! {
        /// Few letters make near misses and overlaps; the head is put in so that there is something to find.
        #[test]
        fn finds_what_a_look_at_every_place_finds(
            heads in prop::collection::vec("[abA1%é]{8,30}", 1..6),
            before in "[abA1%é]{0,60}",
            after in "[abB1%é]{0,60}",
            chosen in any::<prop::sample::Index>(),
            is_there in any::<bool>(),
            is_lower in any::<bool>(),
        ) {
            let head = chosen.get(&heads);
            let head = if is_lower { head.to_ascii_lowercase() } else { head.to_ascii_uppercase() };
            let text = if is_there { format!("{before}{head}{after}") } else { format!("{before}{after}") };
            let found = Heads::new(heads.iter().map(String::as_str)).unwrap().find(text.as_bytes());
            prop_assert_eq!(found, naive(&heads, text.as_bytes()));
            prop_assert!(!is_there || found.is_some());
        }

        #[test]
        fn finds_a_long_head_anywhere(before in 0_usize..700, length in 8_usize..64) {
            let head: String = ('!'..='z').cycle().take(length).collect();
            let text = format!("{}{head}{}", "x".repeat(before), "y".repeat(before % 7));
            let heads = Heads::new([head.as_str(), &"q".repeat(64)].into_iter()).unwrap();
            prop_assert_eq!(heads.find(text.as_bytes()), Some(before));
        }
    }

    #[test]
    fn without_heads_there_is_no_search() {
        assert!(Heads::new(std::iter::empty()).is_none());
    }
}
