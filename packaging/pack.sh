#!/usr/bin/env bash
# Packs the bundle of one platform: packaging/pack.sh [BINARY [PLATFORM [OUTPUT]]]
# Without arguments it builds the program and packs it for this machine. PLATFORM is darwin, linux or win32. Needs Node.js;
# MCPB may name the bundle tool, which is fetched otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

binary=${1:-}
if [ -z "$binary" ]; then
  cargo build --profile dist --locked
  binary=target/dist/didit-mcp
fi
case "$(uname -s)" in
  Darwin) here=darwin ;;
  Linux) here=linux ;;
  *) here=win32 ;;
esac
platform=${2:-$here}
output=${3:-target/didit-mcp.mcpb}
mcpb=${MCPB:-npx --yes @anthropic-ai/mcpb@2.1.2}

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir "$stage/server"
name=didit-mcp
if [ "$platform" = win32 ]; then name=didit-mcp.exe; fi
cp "$binary" "$stage/server/$name"
chmod 755 "$stage/server/$name"
cp LICENSE README.md "$stage/"
# The manifest names every platform; a bundle holds the program of one.
node -e '
  const [from, to, platform] = process.argv.slice(1);
  const fs = require("fs");
  const manifest = JSON.parse(fs.readFileSync(from));
  manifest.compatibility.platforms = [platform];
  if (platform === "win32") manifest.server.entry_point += ".exe";
  fs.writeFileSync(to, JSON.stringify(manifest, null, 2));
' manifest.json "$stage/manifest.json" "$platform"

mkdir -p "$(dirname "$output")"
$mcpb validate "$stage/manifest.json"
$mcpb pack "$stage" "$output"
