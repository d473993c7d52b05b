#!/usr/bin/env bash
# Builds the program for 64-bit ARM and runs it under QEMU: packaging/check-arm64.sh [TEST-ARGUMENT...]
#
# Without arguments it runs every test that starts the program, and that an emulator does not make meaningless; with some, those
# that the arguments choose. Needs Debian's rustc-web, cargo-web, rust-web-src, gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and
# qemu-user-static.
set -euo pipefail
# shellcheck source=packaging/check-common.sh
source "$(dirname "$0")/check-common.sh"
trap 'rm -rf "$stage"' EXIT

needs /usr/bin/aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
needs /usr/aarch64-linux-gnu/lib/crt1.o libc6-dev-arm64-cross
needs /usr/bin/qemu-aarch64-static qemu-user-static
all_there

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
build aarch64-unknown-linux-gnu
file "$built"
started_by "exec qemu-aarch64-static -L /usr/aarch64-linux-gnu '$built' \"\$@\""
front_door "$program"
tests "$@"
