#!/bin/sh
# Installs didit-mcp for this user, without root: sh install.sh [VERSION]
#
# It downloads the archive for this machine from the release page, compares it with the release's checksums, and puts the one
# program in place. Nothing is changed before the program was checked and started.
#
#   DIDIT_MCP_VERSION      such as 0.1.0, like the argument; the newest release otherwise
#   DIDIT_MCP_INSTALL_DIR  where the program goes; ~/.local/bin otherwise
#   DIDIT_MCP_DOWNLOAD     the address of a mirror, laid out like the project's release page
set -eu

fail() {
  printf 'didit-mcp was not installed: %s\n' "$1" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# The name that the release gives this machine.
target() {
  arch=$(uname -m)
  case $arch in
    x86_64 | amd64) arch=x86_64 ;;
    aarch64 | arm64) arch=aarch64 ;;
    *) fail "there is no release for the processor $arch; cargo install builds it from source" ;;
  esac
  system=$(uname -s)
  case $system in
    Linux)
      # A processor of 64 bits may run a system of 32.
      if [ "$(getconf LONG_BIT 2>/dev/null || echo 64)" = 32 ]; then
        fail "there is no release for systems of 32 bits"
      fi
      # The static program runs everywhere; the other one needs a C library as new as that of the machine that built it.
      if new_glibc; then libc=gnu; else libc=musl; fi
      echo "$arch-unknown-linux-$libc"
      ;;
    Darwin)
      # A shell under Rosetta takes an Apple processor for one of Intel's.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || echo 0)" = 1 ]; then arch=aarch64; fi
      echo "$arch-apple-darwin"
      ;;
    MINGW* | MSYS* | CYGWIN*) fail "on Windows, run install.ps1 in PowerShell" ;;
    *) fail "there is no release for $system; cargo install builds it from source" ;;
  esac
}

# Whether this is glibc 2.35 or newer. Other C libraries do not answer with that name.
new_glibc() {
  library=$(getconf GNU_LIBC_VERSION 2>/dev/null) || return 1
  case $library in
    "glibc "*.*) library=${library#glibc } ;;
    *) return 1 ;;
  esac
  major=${library%%.*}
  minor=${library#*.}
  minor=${minor%%[!0-9]*}
  [ "$major" -gt 2 ] 2>/dev/null || { [ "$major" -eq 2 ] && [ "${minor:-0}" -ge 35 ]; } 2>/dev/null
}

# download ADDRESS FILE
download() {
  if has curl; then
    # Whoever asked for TLS is not sent on without it.
    case $1 in
      https:*) curl --proto '=https' --tlsv1.2 -fsSL --retry 3 -o "$2" "$1" ;;
      *) curl -fsSL -o "$2" "$1" ;;
    esac
  elif has wget; then
    wget -q -O "$2" "$1"
  else
    fail "curl or wget is needed"
  fi || fail "$1 could not be downloaded"
}

# sha256 FILE
sha256() {
  if has sha256sum; then
    sum=$(sha256sum <"$1")
  elif has shasum; then
    sum=$(shasum -a 256 <"$1")
  elif has openssl; then
    sum=$(openssl dgst -sha256 -r <"$1")
  else
    fail "sha256sum, shasum or openssl is needed to check the download"
  fi
  echo "${sum%% *}"
}

# Everything is read before anything is done, so that half a script that was piped into a shell does nothing.
main() {
  version=${1:-${DIDIT_MCP_VERSION:-latest}}
  version=${version#v}
  releases=${DIDIT_MCP_DOWNLOAD:-https://github.com/didit-mcp/didit-mcp/releases}
  releases=${releases%/}
  case $version in
    latest) from=$releases/latest/download ;;
    *[!0-9A-Za-z.+-]* | "") fail "$version is not a version such as 0.1.0" ;;
    *) from=$releases/download/v$version ;;
  esac
  folder=${DIDIT_MCP_INSTALL_DIR:-${HOME:?HOME or DIDIT_MCP_INSTALL_DIR has to be set}/.local/bin}
  target=$(target)
  archive=didit-mcp-$target.tar.gz

  mkdir -p "$folder"
  # Beside its final place, so that the last step is a rename, which happens whole or not at all.
  stage=$(mktemp -d "$folder/.didit-mcp.XXXXXX")
  trap 'rm -rf "$stage"' EXIT
  trap 'exit 1' HUP INT TERM

  download "$from/SHA256SUMS" "$stage/SHA256SUMS"
  expected=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' "$stage/SHA256SUMS")
  [ -n "$expected" ] || fail "the release has no $archive"
  download "$from/$archive" "$stage/$archive"
  actual=$(sha256 "$stage/$archive")
  [ "$actual" = "$expected" ] ||
    fail "the checksum of $archive is $actual, not $expected as the release says; the download was damaged or exchanged"

  tar -xzf "$stage/$archive" -C "$stage" didit-mcp || fail "$archive could not be unpacked"
  chmod 755 "$stage/didit-mcp"
  installed=$("$stage/didit-mcp" --version) || fail "the program for $target does not start here"
  mv -f "$stage/didit-mcp" "$folder/didit-mcp"

  echo "$installed is now $folder/didit-mcp"
  case :$PATH: in
    *":$folder:"*) echo "Try it, with nothing real: didit-mcp demo" ;;
    *)
      echo "Try it, with nothing real: $folder/didit-mcp demo"
      echo "$folder is not on your PATH. Add this line to your shell's profile: export PATH=\"$folder:\$PATH\""
      ;;
  esac
}

main "$@"
