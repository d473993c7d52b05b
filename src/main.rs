//! The `didit-mcp` program.

fn main() {}
