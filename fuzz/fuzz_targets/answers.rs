//! Whatever the API answers.
#![no_main]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/it/support/fuzzed.rs"]
mod fuzzed;

thread_local! {
    static ANSWERS: RefCell<fuzzed::Answers> = RefCell::new(fuzzed::Answers::start());
}

fuzz_target!(|input: &[u8]| ANSWERS.with_borrow_mut(|answers| answers.check(input)));
