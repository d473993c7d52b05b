#!/usr/bin/env bash
# Prints server.json with the checksums of the bundles in a folder: packaging/server-json.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
node -e '
  const fs = require("fs"), path = require("path"), crypto = require("crypto");
  const folder = process.argv[1];
  const server = JSON.parse(fs.readFileSync("server.json"));
  for (const bundle of server.packages) {
    const file = path.join(folder, path.basename(bundle.identifier));
    bundle.fileSha256 = crypto.createHash("sha256").update(fs.readFileSync(file)).digest("hex");
  }
  console.log(JSON.stringify(server, null, 2));
' "$1"
