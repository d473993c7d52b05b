//! The `didit-mcp` program: see the library for everything it does.

use std::process::ExitCode;

fn main() -> ExitCode {
    give_memory_back();
    didit_mcp::cli::main()
}

/// Left alone, this allocator learns from one large answer to keep room for many, and resident memory stays doubled.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "the call has no safe form; it takes two integers and runs before there is a second thread"
)]
fn give_memory_back() {
    /// Blocks from this size on are mapped one by one, and go back to the system when they are freed.
    const LARGE_BLOCK_BYTES: libc::c_int = 256 * 1024;
    /// What is free at the end of the heap stays up to this size: room for one usual answer, which would otherwise be taken
    /// from the system and given back with every call.
    const KEPT_BYTES: libc::c_int = 512 * 1024;
    // SAFETY: `mallopt` only sets a parameter of the allocator, and no other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_memory_back() {}
