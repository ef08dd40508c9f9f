#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { main } from "./program.js";

// A reader that goes away (`| head`), or a terminal that is closed, ends what is said, not what is done.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (!("code" in error) || (error.code !== "EPIPE" && error.code !== "EIO")) throw error;
  });
}

// Only when run as a command: tests import what they need from the other files.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
