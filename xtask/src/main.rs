//! `cargo xtask docs` writes the derived pages, `cargo xtask house` counts the code.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for developers, at a terminal"
)]

mod circles;
mod docs;
mod house;
mod source;

use std::{io::Write, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let here = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let done = match arguments.as_slice() {
        ["docs"] => docs::docs(&here(), false),
        ["docs", "--check"] => docs::docs(&here(), true),
        ["house"] => house::house(&here()).map(show),
        ["house", folder] => house::house(folder.as_ref()).map(show),
        _ => {
            eprintln!("cargo xtask docs [--check]    writes the derived pages, or checks them");
            eprintln!("cargo xtask house [FOLDER]   counts lines, bytes, circles and names");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A closed pipe is fine: a reader such as `head` has what it wanted.
fn show(page: String) {
    drop(std::io::stdout().write_all(page.as_bytes()));
}
