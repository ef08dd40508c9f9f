import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Way } from "../target.js";
import { splitWords } from "./words.js";

/** What options for ssh(1) say, in our words; `ignored` names those that are not followed, with the reason. */
export interface SshArgs {
  readonly ssh: Partial<Way["ssh"]>;
  /** As ssh(1) takes them: `user@host:port`, several with commas. */
  readonly proxyJump?: string;
  readonly ignored: readonly (readonly [option: string, why: string])[];
}

/** Options of ssh(1) that take an argument (ssh(1), SYNOPSIS). */
const WITH_ARGUMENT = new Set("BbcDEeFIiJLlmOopQRSWw");
/** Those that only matter to the ssh processes that Ansible starts: sharing of connections, compression, noise, terminals. */
const POINTLESS = new Set(["C", "q", "v", "T", "t", "n", "N", "x", "a", "k"]);
const POINTLESS_OPTIONS = new Set(
  "controlmaster controlpath controlpersist compression loglevel requesttty batchmode forwardx11 tcpkeepalive serveraliveinterval serveralivecountmax".split(
    " ",
  ),
);

const NOT_FOLLOWED = "Surefoot has nothing that does the same";

/**
 * Reads the options that Ansible would give to ssh(1). As there, the first value of an option holds, and keys add up.
 * @param texts In the order in which Ansible gives them.
 * @param cwd Working directory, absolute: what paths are relative to.
 */
export function readSshArgs(texts: readonly string[], cwd: string): SshArgs | { readonly problem: string } {
  const options: (readonly [name: string, value: string, shown: string])[] = [];
  for (const text of texts) {
    const split = splitWords(text);
    if ("problem" in split) return { problem: split.problem };
    const words = split.words.map((word) => word.text);
    while (words.length > 0) {
      const word = words.shift() ?? "";
      if (!/^-[A-Za-z0-9]/.test(word)) return { problem: `${word} is no option of ssh` };
      const flag = word.charAt(1);
      if (!WITH_ARGUMENT.has(flag)) {
        for (const one of word.slice(1)) options.push([`-${one}`, "", `-${one}`]);
        continue;
      }
      const value = word.length > 2 ? word.slice(2) : words.shift();
      if (value === undefined) return { problem: `${word} has no value` };
      options.push(flag === "o" ? keyword(value) : [`-${flag}`, value, `-${flag} ${value}`]);
    }
  }
  return collect(options, cwd);
}

function keyword(text: string): readonly [string, string, string] {
  const [, name = "", value = ""] = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s.exec(text) ?? [];
  return [name.toLowerCase(), value.replace(/^"(.*)"$/s, "$1"), `-o ${name}`];
}

function collect(options: readonly (readonly [string, string, string])[], cwd: string): SshArgs {
  const ssh: { -readonly [K in keyof Way["ssh"]]: Way["ssh"][K] } = {};
  const keys: string[] = [];
  const ignored: (readonly [string, string])[] = [];
  let proxyJump: string | undefined;
  const path = (text: string): string => absolutePath(text, cwd);
  for (const [name, value, shown] of options) {
    const number = /^\d{1,5}$/.test(value) ? Number(value) : undefined;
    switch (name) {
      case "proxycommand":
        if (proxyJump === undefined) ssh.proxy_command ??= value.toLowerCase() === "none" ? null : value;
        break;
      case "proxyjump":
      case "-J":
        if (ssh.proxy_command === undefined) proxyJump ??= value;
        break;
      case "identityfile":
      case "-i":
        keys.push(path(value));
        break;
      case "identitiesonly":
        ssh.identities_only ??= /^(?:yes|true)$/i.test(value);
        break;
      case "port":
      case "-p":
        if (number !== undefined) ssh.port ??= number;
        break;
      case "user":
      case "-l":
        ssh.user ??= value;
        break;
      case "hostname":
        ssh.address ??= value;
        break;
      case "hostkeyalias":
        ssh.host_key_alias ??= value;
        break;
      case "connecttimeout":
        if (number !== undefined && number > 0) ssh.connect_timeout ??= Math.min(number, 600);
        break;
      case "userknownhostsfile":
        if (value === "/dev/null") ignored.push([`${shown}=/dev/null`, "host keys are always checked"]);
        else ssh.known_hosts_file ??= value.split(/\s+/).map(path);
        break;
      case "stricthostkeychecking":
        if (!/^(?:yes|ask|true)$/i.test(value))
          ignored.push([`${shown}=${value}`, "host keys are always checked"]);
        break;
      default:
        if (name.startsWith("-") ? !POINTLESS.has(name.slice(1)) : !POINTLESS_OPTIONS.has(name))
          ignored.push([shown, NOT_FOLLOWED]);
    }
  }
  return {
    ssh: { ...ssh, ...(keys.length > 0 ? { identity_file: keys } : {}) },
    ...(proxyJump === undefined || proxyJump.toLowerCase() === "none" ? {} : { proxyJump }),
    ignored,
  };
}

/** A path of the controller: `~/` is one's home, relative ones start at the working directory, as with ssh(1). */
export function absolutePath(path: string, cwd: string): string {
  if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
  return isAbsolute(path) ? path : resolve(cwd, path);
}
