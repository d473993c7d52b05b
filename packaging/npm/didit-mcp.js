#!/usr/bin/env node
// Starts the program that the package of this platform holds, and stands aside: its input, output and end are the program's own.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The packages whose program runs here, the best one first. */
function candidates() {
  const name = `@didit-mcp/${process.platform}-${process.arch}`;
  // The static program runs on every Linux, so it wins where an installer that does not tell C libraries apart brought both.
  return process.platform === "linux" ? [`${name}-musl`, name] : [name];
}

function program(packages) {
  const file = process.platform === "win32" ? "didit-mcp.exe" : "didit-mcp";
  for (const name of packages) {
    try {
      return require.resolve(`${name}/bin/${file}`);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

/** Standard output belongs to the protocol, so that what goes wrong is told on standard error alone. */
function fail(message) {
  process.stderr.write(`didit-mcp: ${message}\n`);
  process.exit(1);
}

const packages = candidates();
const path = program(packages);
if (!path) {
  const known = Object.keys(require("./package.json").optionalDependencies);
  fail(
    packages.some((name) => known.includes(name))
      ? `the package with the program for this platform is missing: ${packages.join(" or ")}. Install again with optional ` +
          "dependencies (without --omit=optional), and without a lockfile or node_modules from another platform."
      : `there is no program for ${process.platform} on ${process.arch}. There is one for: ${known.join(", ")}. ` +
          "Elsewhere, cargo install builds it from source.",
  );
}

const child = spawn(path, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
child.on("error", (error) => fail(`${path} does not start: ${error.message}`));
for (const signal of SIGNALS) {
  process.on(signal, () => {
    // A terminal sends Ctrl-C to both; a second one would tell the program not to finish what it has begun.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // Whoever started this sees the same end as with the program itself.
  for (const name of SIGNALS) process.removeAllListeners(name);
  process.kill(process.pid, signal);
  // Where that signal does not end a process, the shells' number for it does.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
});
