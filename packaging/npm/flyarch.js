#!/usr/bin/env node
// Finds the program in the package of this platform, and becomes it as far as Node can: its words, streams and exit code.
"use strict";

const { spawnSync } = require("node:child_process");

const platform = `${process.platform}-${process.arch}`;
const file = process.platform === "win32" ? "flyarch.exe" : "flyarch";

let program;
try {
  program = require.resolve(`@flyarch/${platform}/bin/${file}`);
} catch {
  console.error(
    `error: the package @flyarch/${platform} is not installed. Either there is no flyarch for this platform (build it ` +
      "with `cargo install flyarch`), or npm was told to leave optional dependencies out.",
  );
  process.exit(2);
}

const { error, signal, status } = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (error) {
  console.error(`error: ${program} cannot be run: ${error.message}`);
  process.exit(2);
}
if (signal) {
  process.kill(process.pid, signal);
}
process.exitCode = status ?? 1;
