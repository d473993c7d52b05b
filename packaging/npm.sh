#!/usr/bin/env bash
# Makes the packages for the npm registry: packaging/npm.sh OUTPUT PLATFORM=BINARY...
#
# PLATFORM is what the main package names in optionalDependencies, such as linux-x64, linux-arm64-musl or win32-x64. OUTPUT gets a
# tarball for each, and the main one, which holds the launcher alone. Needs Node.js with npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ $# -lt 1 ]; then
  sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
mkdir -p "$1"
output=$(cd "$1" && pwd)
shift

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# pack FOLDER: without the scripts of a user's own settings, and with nothing but the file's name as output.
pack() {
  (cd "$1" && npm pack --ignore-scripts --silent --pack-destination "$output")
}

for pair in "$@"; do
  platform=${pair%%=*}
  binary=${pair#*=}
  folder=$stage/$platform
  mkdir -p "$folder/bin"
  name=didit-mcp
  case $platform in win32-*) name=didit-mcp.exe ;; esac
  cp "$binary" "$folder/bin/$name"
  # The mode travels in the tarball; nothing is left to be set while installing.
  chmod 755 "$folder/bin/$name"
  cp "$here/../LICENSE" "$folder/"
  # shellcheck disable=SC2016 # The dollars are JavaScript's.
  node -e '
    const [main, folder, platform] = process.argv.slice(1);
    const { name, version, homepage, repository, license, optionalDependencies } = require(main);
    const full = `@${name}/${platform}`;
    if (optionalDependencies[full] !== version) {
      console.error(`${full} ${version} is not among the optional dependencies of ${name}`);
      process.exit(2);
    }
    const [os, cpu, musl] = platform.split("-");
    const libc = os === "linux" ? { libc: [musl ?? "glibc"] } : {};
    require("fs").writeFileSync(`${folder}/package.json`, JSON.stringify({
      name: full, version, description: `The program of ${name} for ${platform}.`,
      homepage, repository, license, os: [os], cpu: [cpu], ...libc, files: ["bin"],
      // A program cannot be started from inside the archives of Yarn.
      preferUnplugged: true,
    }, null, 2));
  ' "$here/npm/package.json" "$folder" "$platform"
  pack "$folder"
done

cp -r "$here/npm" "$stage/main"
cp "$here/../LICENSE" "$stage/main/"
pack "$stage/main"
