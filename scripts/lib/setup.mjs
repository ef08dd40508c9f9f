// Set-up that the project's commands share: installs what is missing, says what can't be. Node built-ins only, since it
// runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Oldest Node that the project supports. */
const NODE = [20, 11];

/** Debian packages that the lab needs, by the command that shows that they are there. */
const PACKAGES = {
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  ip: "iproute2",
  nft: "nftables",
  nc: "netcat-openbsd",
  "ssh-keygen": "openssh-client",
};

/** Writes a heading, bold on a terminal. */
export function say(text) {
  process.stdout.write(process.stdout.isTTY ? `\n\u001b[1m${text}\u001b[0m\n` : `\n${text}\n`);
}

/** Runs a command with the terminal of this one; ends this process if it fails. */
export function must(command, args, options = {}) {
  const status = run(command, args, options);
  if (status !== 0) process.exit(status);
}

/** Runs a command with the terminal of this one; gives its exit status. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) {
    process.stderr.write(`can't run ${command}: ${result.error.message}\n`);
    return 127;
  }
  return result.status ?? 1;
}

/** Ends this process unless Node is new enough. */
export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > NODE[0] || (major === NODE[0] && minor >= NODE[1])) return;
  process.stderr.write(`Surefoot needs Node ${NODE.join(".")} or later; this is ${process.version}.\n`);
  process.exit(3);
}

/** Installs the npm packages that package-lock.json names, unless they are there. Builds the project. */
export function installAndBuild() {
  const lock = join(root, "package-lock.json");
  const marker = join(root, "node_modules/.package-lock.json");
  if (!existsSync(marker) || statSync(marker).mtimeMs < statSync(lock).mtimeMs) {
    say("Installing npm packages");
    must("npm", ["ci"]);
  } else if (!builtSince(newest(join(root, "src")))) {
    must(process.execPath, [join(root, "scripts/build.mjs")]);
  }
}

function builtSince(time) {
  const built = join(root, "dist/cli/main.js");
  return existsSync(built) && statSync(built).mtimeMs >= time;
}

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
  );
}

/** Whether a command is on PATH, looked for in the system's folders too. */
function has(command) {
  const folders = `${process.env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`.split(":");
  return folders.some((folder) => folder !== "" && existsSync(join(folder, command)));
}

/** The words that give root's rights: none as root, sudo where it is there; null where neither is. */
export function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (!has("sudo")) return null;
  const silent = spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0;
  if (silent) return ["sudo"];
  return process.stdin.isTTY ? ["sudo"] : null;
}

/**
 * Makes the machine fit for the lab, as far as that can be done.
 * @returns what is missing, in words; empty when the lab can be used.
 */
export function prepareLab() {
  if (process.platform !== "linux")
    return [`Linux (this is ${process.platform}): the lab is made of its namespaces`];
  return install(PACKAGES);
}

/**
 * Installs Ansible, with which a test compares how inventories are read.
 * @returns what is missing, in words; empty when it is there.
 */
export function prepareOracle() {
  return install({ "ansible-inventory": "ansible-core" });
}

/**
 * Installs Chromium, in which tests open the pages that Surefoot makes.
 * @returns what is missing, in words; empty when it is there.
 */
export function prepareBrowser() {
  return install({ chromium: "chromium" });
}

/** Installs the Debian packages of commands that are not there; gives what is missing then, in words. */
function install(packages) {
  const prefix = rootPrefix();
  const missing = Object.entries(packages).filter(([command]) => !has(command));
  const names = missing.map(([, name]) => name);
  const wanted = [];
  if (prefix === null && packages === PACKAGES)
    wanted.push("root, or sudo without a password: the lab makes network namespaces");
  if (prefix === null && packages !== PACKAGES && names.length > 0)
    wanted.push(`the packages ${names.join(" ")}: only root can install them`);
  if (names.length > 0 && !has("apt-get"))
    wanted.push(`the packages ${names.join(" ")}: there is no apt-get to install them`);
  if (wanted.length > 0 || names.length === 0) return wanted;
  say(`Installing Debian packages: ${names.join(" ")}`);
  const apt = (...args) =>
    run(prefix[0] ?? "env", [
      ...prefix.slice(1),
      ...(prefix.length > 0 ? ["env"] : []),
      "DEBIAN_FRONTEND=noninteractive",
      "apt-get",
      ...args,
    ]);
  if (apt("-qq", "update") !== 0 || apt("-qq", "install", "-y", "--no-install-recommends", ...names) !== 0) {
    return [`the packages ${names.join(" ")}: apt-get could not install them (see above)`];
  }
  return missing
    .filter(([command]) => !has(command))
    .map(([command, name]) => `${command}, although ${name} was installed`);
}
