#!/usr/bin/env node
import { realpathSync } from "node:fs";
import * as modules from "node:module";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../model/cache.js";

// A reader that goes away (`| head`), or a terminal that is closed, ends what is said, not what is done.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (!("code" in error) || (error.code !== "EPIPE" && error.code !== "EIO")) throw error;
  });
}

// Only when run as a command: tests import what they need from the other files.
if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  keepCompiled();
  const { main } = await import("./program.js");
  process.exitCode = await main(process.argv.slice(2));
}

/** Has Node 22.8 and later keep what it compiles from now on, for the next start. Where that can't be, it says nothing and does without. */
function keepCompiled(): void {
  const enable: unknown = Reflect.get(modules, "enableCompileCache");
  if (typeof enable === "function") enable(cacheFolder("compiled"));
}
