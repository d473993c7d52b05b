//! The `didit-mcp` program: see the library for everything it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    didit_mcp::cli::main()
}
