//! Whatever a client writes to standard input.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/support/fuzzed.rs"]
mod fuzzed;

fuzz_target!(|input: &[u8]| fuzzed::line_protocol(input));
