#!/usr/bin/env bash
# Builds the program for Windows and runs it under Wine: packaging/check-windows.sh [TEST-ARGUMENT...]
#
# Without arguments it runs areas of tests that say nothing of paths, permissions or signals of Linux; with some, those that the
# arguments choose. DIDIT_MCP_BUILT names a program that is built already. Needs Debian's rustc-web, cargo-web, rust-web-src,
# gcc-mingw-w64-x86-64 and wine64.
set -euo pipefail
# shellcheck source=packaging/check-common.sh
source "$(dirname "$0")/check-common.sh"

export WINEPREFIX=$stage/wine WINEDEBUG=-all
wine=/usr/lib/wine/wine64
wineserver=/usr/lib/wine/wineserver64

# Wine's server would outlive the programs; this ends the one of this folder.
finish() {
  if [ -d "$WINEPREFIX" ]; then "$wineserver" --kill --wait || true; fi
  rm -rf "$stage"
}
trap finish EXIT

needs /usr/bin/x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64
needs "$wine" wine64
needs "$wineserver" wine64
all_there

build x86_64-pc-windows-gnu
file "$built"

# Wine 8 has no bcryptprimitives.dll, where the standard library takes random numbers from. It is looked for beside the program.
cp "$built" "$stage/didit-mcp.exe"
cat >"$stage/random.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) { return RtlGenRandom(bytes, (ULONG)count); }
C
x86_64-w64-mingw32-gcc -shared -o "$stage/bcryptprimitives.dll" "$stage/random.c" -ladvapi32

# Wine's server stays between programs, because starting it takes longer than they do.
mkdir "$WINEPREFIX"
"$wineserver" --persistent
"$wine" wineboot --init 2>/dev/null
# Each test has a home of its own, and Windows looks for that in the registry.
"$wine" reg add 'HKCU\Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders' \
  /v AppData /t REG_EXPAND_SZ /d '%TEST_HOME%\AppData\Roaming' /f >/dev/null
# A path such as /tmp/x does not say on Windows where it begins; Wine has the root of this machine as Z:.
sed -e "s|@stage@|$stage|g" -e "s|@wine@|$wine|g" >"$stage/start" <<'SCRIPT'
spelled() {
  value=$1
  case $value in
    /*) value=Z:${value//\//\\} ;;
    --*=/*) value=${value%%=*}=Z:$(tr / '\\' <<<"${value#*=}") ;;
  esac
}
words=()
for word in "$@"; do
  spelled "$word"
  words+=("$value")
done
TEST_HOME=${HOME:-@stage@/home}
export TEST_HOME
# The tests know where Linux keeps settings and files; Windows has both in one folder of the profile.
own=$TEST_HOME/AppData/Roaming/didit-mcp
mkdir -p "$TEST_HOME/AppData/Roaming" 2>/dev/null || true
link() {
  if [ -z "$1" ]; then return; fi
  mkdir -p "$1/didit-mcp" "$own" 2>/dev/null || return 0
  ln -sfn "$1/didit-mcp" "$own/$2"
}
link "${XDG_CONFIG_HOME:-}" config
link "${XDG_DATA_HOME:-}" data
while IFS= read -r name; do
  spelled "${!name}"
  export "$name=$value"
done < <(compgen -e)
export WINEPREFIX=@stage@/wine WINEDEBUG=-all
exec @wine@ '@stage@/didit-mcp.exe' "${words[@]}"
SCRIPT
program=$stage/didit-mcp
{ echo '#!/bin/bash'; cat "$stage/start"; } >"$program"
chmod 755 "$program"

front_door "$program"
if [ $# -eq 0 ]; then
  set -- demo:: hosts:: stdio:: every_tool:: resources:: confirmation_ cli_batch_shared:: cli_batch_killed:: \
    --skip signals_end_the_process_in_order
fi
tests "$@"
