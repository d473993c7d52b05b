# shellcheck shell=bash
# What check-windows.sh, check-arm64.sh and check-musl.sh share; it is sourced by them and does nothing by itself.
#
# The programs are built by Debian's compiler, which brings the source of the standard library, so that nothing has to be fetched
# but crates. Each script starts what it built as a user would, and then runs the tests of tests/it, compiled for this machine,
# against it.

cd "$(dirname "$0")/.." || exit
root=$PWD
stage=$(mktemp -d)

# needs FILE PACKAGE...: notes what is missing; `all_there` then ends the script, saying what to install.
missing=()
needs() {
  local file=$1
  shift
  if [ -e "$file" ]; then return; fi
  missing+=("$@")
}

all_there() {
  needs /usr/bin/rustc rustc-web
  needs /usr/bin/cargo cargo-web
  needs /usr/lib/rustlib/src/rust/library/std rust-web-src
  if ! command -v cargo >/dev/null; then
    echo "cargo is needed for the tests: https://rustup.rs" >&2
    exit 1
  fi
  if [ ${#missing[@]} -gt 0 ]; then
    echo "missing; on Debian: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
}

# build TARGET [RUSTC-ARGUMENT...]: builds the program and its standard library, and sets `built` and `version`. DIDIT_MCP_BUILT
# names a program that is there already, such as one of a release.
# The whole paths keep a toolchain of rustup out of it. Nothing is optimized: this is about what the program does, and not about
# how fast.
build() {
  local target=$1
  shift
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
  built=${DIDIT_MCP_BUILT:-}
  if [ -n "$built" ]; then return; fi
  echo "== build for $target with $(/usr/bin/rustc --version)"
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_PROFILE_DEV_DEBUG=false \
    /usr/bin/cargo rustc --locked --package didit-mcp --bin didit-mcp --target "$target" --target-dir target/check \
    -Zbuild-std=std,panic_unwind -- "$@"
  built=$root/target/check/$target/debug/didit-mcp
  case $target in *-windows-*) built=$built.exe ;; esac
}

# started_by COMMAND-LINES: makes `program`, a script that starts what was built; the tests know programs by one path.
started_by() {
  program=$stage/didit-mcp
  printf '#!/bin/sh\n%s\n' "$1" >"$program"
  chmod 755 "$program"
}

# says TEXT COMMAND...: runs a command that has to end well and to print this.
says() {
  local wanted=$1 output
  shift
  output=$("$@")
  if ! grep -qF -- "$wanted" <<<"$output"; then
    printf '%s: no "%s" in:\n%s\n' "$*" "$wanted" "$output" >&2
    return 1
  fi
}

# What a client writes that opens a session, lists the tools, and makes a workflow.
client() {
  cat <<'JSON'
{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"check","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/list"}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"didit_workflow_create","arguments":{}}}
JSON
}

# front_door COMMAND...: what a user tries first.
front_door() {
  echo "== the front door: $*"
  says "didit-mcp $version" "$@" --version </dev/null
  says "gave the right result" "$@" demo </dev/null
  local answers
  answers=$(client | "$@" --simulate)
  says '"name":"didit-mcp"' echo "$answers"
  says '"name":"didit_session_create"' echo "$answers"
  says '"workflow_id":"' echo "$answers"
}

# tests ARGUMENT...: the tests of tests/it against the program. Arguments are those of a test program, such as a name or --skip.
tests() {
  echo "== tests"
  # A snapshot is compared, never written: another platform is no reason to change one.
  DIDIT_MCP_TEST_PROGRAM=$program INSTA_UPDATE=no cargo test --locked --test it -- "$@"
}
