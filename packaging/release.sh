#!/usr/bin/env bash
# Makes what follows from the archives of a release: packaging/release.sh FOLDER
#
# FOLDER holds didit-mcp-TARGET.tar.gz (or .zip) and .mcpb of every target, and gets server.json, the formula for Homebrew, the
# scripts that install, and SHA256SUMS. FOLDER/npm gets the packages for the npm registry, and FOLDER/image what packaging/Containerfile copies.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

# What the npm registry calls each target.
platforms=(
  darwin-arm64=aarch64-apple-darwin
  darwin-x64=x86_64-apple-darwin
  linux-arm64=aarch64-unknown-linux-gnu
  linux-arm64-musl=aarch64-unknown-linux-musl
  linux-x64=x86_64-unknown-linux-gnu
  linux-x64-musl=x86_64-unknown-linux-musl
  win32-x64=x86_64-pc-windows-msvc
)

programs=$(mktemp -d)
trap 'rm -rf "$programs"' EXIT
packages=()
for platform in "${platforms[@]}"; do
  target=${platform#*=}
  folder=$programs/$target
  mkdir "$folder"
  program=$folder/didit-mcp
  if [ -e "didit-mcp-$target.zip" ]; then
    program=$program.exe
    unzip -q "didit-mcp-$target.zip" didit-mcp.exe -d "$folder"
  else
    tar -xzf "didit-mcp-$target.tar.gz" -C "$folder" didit-mcp
  fi
  packages+=("${platform%%=*}=$program")
done
"$here/npm.sh" npm "${packages[@]}"

mkdir -p image/amd64 image/arm64 image/folders/data image/folders/tmp
cp "$programs/x86_64-unknown-linux-musl/didit-mcp" image/amd64/
cp "$programs/aarch64-unknown-linux-musl/didit-mcp" image/arm64/

"$here/server-json.sh" "$PWD" > server.json.new
mv server.json.new server.json

# The formula has the name of an archive where its checksum belongs.
formula=$(cat "$here/homebrew/didit-mcp.rb")
for archive in *.tar.gz; do
  sum=$(sha256sum "$archive" | cut -d ' ' -f 1)
  formula=${formula//"sha256 \"$archive\""/"sha256 \"$sum\""}
done
printf '%s\n' "$formula" > didit-mcp.rb

cp "$here/install.sh" "$here/install.ps1" .

files=()
for file in *; do
  if [ -f "$file" ] && [ "$file" != SHA256SUMS ]; then files+=("$file"); fi
done
sha256sum -- "${files[@]}" > SHA256SUMS
