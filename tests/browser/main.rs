//! Pages and the card in a real browser, by themselves: a browser needs the machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

#[path = "../it/support/mod.rs"]
#[macro_use]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "most of it is for the other tests"
)]
mod support;

mod browser;
mod card;
mod pages;
mod site;
mod waits;
