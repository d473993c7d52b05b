#!/usr/bin/env bash
# Builds the static program and runs it, also as the image of packaging/Containerfile: packaging/check-musl.sh [TEST-ARGUMENT...]
#
# Without arguments it runs the tests that start the program; with some, those that the arguments choose. Needs Debian's rustc-web,
# cargo-web, rust-web-src and musl-tools. The image is made and started where buildah is installed and the user is root.
set -euo pipefail
# shellcheck source=packaging/check-common.sh
source "$(dirname "$0")/check-common.sh"

needs /usr/bin/musl-gcc musl-tools
all_there
trap 'rm -rf "$stage"' EXIT

# Debian's libgcc asks glibc where the tables of a function are. Without an answer it looks for them itself, as it must with musl.
gcc -c -x c -o "$stage/tables.o" - <<'C'
int _dl_find_object(void *address, void *result) { (void)address; (void)result; return -1; }
C
# The standard library wants a libunwind, whose part libgcc takes.
echo "INPUT($stage/tables.o -lgcc_eh)" >"$stage/libunwind.a"

export CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_LINKER=musl-gcc CC_x86_64_unknown_linux_musl=musl-gcc
build x86_64-unknown-linux-musl -L "$stage" -C link-self-contained=no -C relocation-model=static
program=$built

echo "== static"
file "$built"
if ldd "$built" >/dev/null 2>&1; then
  echo "it needs libraries" >&2
  exit 1
fi
front_door "$program"

# As in the release: the program alone, its own user, nothing of this machine; and no network, which nobody needs for a simulator.
in_image() {
  # shellcheck disable=SC2016 # The dollars are the inner shell's.
  unshare --net sh -c '
    ip link set lo up
    root=$1
    shift
    exec env -i HOME=/data chroot --userspec=65532:65532 "$root" /didit-mcp "$@"
  ' sh "$@"
}

image() {
  echo "== image"
  local store=(buildah --storage-driver vfs --root "$stage/store" --runroot "$stage/run") container root
  mkdir -p "$stage/image/amd64" "$stage/image/folders/data" "$stage/image/folders/tmp"
  cp "$built" "$stage/image/amd64/didit-mcp"
  "${store[@]}" build --isolation chroot --build-arg "VERSION=$version" --tag didit-mcp-check \
    --file packaging/Containerfile "$stage/image"
  container=$("${store[@]}" from didit-mcp-check)
  root=$("${store[@]}" mount "$container")
  front_door in_image "$root"
  "${store[@]}" umount "$container" >/dev/null
}
if command -v buildah >/dev/null && [ "$(id -u)" = 0 ]; then image; fi

tests "$@"
