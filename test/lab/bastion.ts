import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { labPaths } from "../../src/lab/names.js";
import { CLI, ROOT } from "../support/cli.js";
import { ENV, inBox } from "./fleet.js";

/** Where Surefoot lies in a client that acts as a bastion. */
const AT = "/opt/surefoot";

/** Packages that Surefoot needs to run, below the project's folder. */
function packages(): readonly string[] {
  const lock: {
    readonly packages: Readonly<Record<string, { readonly dev?: true; readonly optional?: true }>>;
  } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  return Object.entries(lock.packages).flatMap(([path, { dev, optional }]) =>
    path === "" || dev === true || optional === true ? [] : [path],
  );
}

/**
 * Installs this very build, and Node, into a client, which has systemd and so can be a bastion for the other clients as real ones are. Its user
 * `ops` gets the lab's key.
 * @param files Further files, by absolute path in the client; they are the user's.
 */
export async function makeBastion(client: string, files: Readonly<Record<string, string>>): Promise<void> {
  const stage = mkdtempSync(join(tmpdir(), "surefoot-bastion-"));
  try {
    const put = (from: string, to: string): void => cpSync(from, join(stage, to), { recursive: true });
    for (const path of ["dist", "package.json", ...packages()]) put(join(ROOT, path), join(AT, path));
    put(realpathSync(process.execPath), join(AT, "bin/node"));
    for (const name of ["id_ed25519", "known_hosts"])
      put(join(labPaths({ ...process.env, ...ENV }).ssh, name), join("/home/ops/.ssh", name));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(stage, file)), { recursive: true });
      writeFileSync(join(stage, file), text);
    }
    await copied(stage, client);
    await inBox(
      client,
      `chown -R ops:ops /home/ops && chmod 700 /home/ops/.ssh && chmod 600 /home/ops/.ssh/*
ln -s ${AT}/bin/node /usr/local/bin/node && ln -s ${AT}/dist/cli/main.js /usr/local/bin/surefoot`,
    );
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

function copied(stage: string, client: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const pack = spawn("tar", ["-C", stage, "-cf", "-", "."], { stdio: ["ignore", "pipe", "inherit"] });
    const into = [
      "lab",
      "exec",
      client,
      "--",
      "tar",
      "-C",
      "/",
      "--no-same-owner",
      "--no-overwrite-dir",
      "-xf",
      "-",
    ];
    const unpack = spawn(process.execPath, [CLI, ...into], {
      env: { ...process.env, ...ENV },
      stdio: [pack.stdout, "ignore", "inherit"],
    });
    unpack.on("error", reject);
    unpack.on("close", (exit) => (exit === 0 ? resolve() : reject(new Error(`tar ended with ${exit}`))));
  });
}
