//! Which program is tested: the one that Cargo built, or one of another platform.

use std::path::PathBuf;

/// The program under test.
///
/// `DIDIT_MCP_TEST_PROGRAM` names another one than Cargo's: an absolute path, such as that of a script that starts a program of
/// another platform. The scripts `packaging/check-*.sh` set it.
pub fn program() -> PathBuf {
    std::env::var_os("DIDIT_MCP_TEST_PROGRAM")
        .map_or_else(|| env!("CARGO_BIN_EXE_didit-mcp").into(), PathBuf::from)
}
