import { spawnSync } from "node:child_process";
import { accessSync, closeSync, constants, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { SurefootError } from "../../model/error.js";
import type { Json } from "../../model/json.js";
import type { FilePlace } from "../../model/place.js";
import type { Located, LocatedMap } from "../located.js";
import { isMap } from "../located.js";
import type { Draft } from "./draft.js";
import type { Files } from "./files.js";
import { jinjaOr } from "./opaque.js";

/** Milliseconds for one call: a script may ask a cloud page by page. Ansible itself waits for ever. */
const TIMEOUT_MS = 120_000;
/** Bytes that a script may print. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Whether a file is a program: `yes`, `no`, or `locked` where it begins with `#!` but may not be executed. */
export function isScript(path: string): "yes" | "no" | "locked" {
  const head = Buffer.alloc(4);
  const file = openSync(path, "r");
  try {
    readSync(file, head, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  // The kernel runs nothing else; libc would give any other text to a shell line by line.
  const program = head.toString("latin1").startsWith("#!") || head.toString("latin1") === "\x7fELF";
  if (!program) return "no";
  try {
    accessSync(path, constants.X_OK);
    return "yes";
  } catch {
    return "locked";
  }
}

/**
 * Runs an inventory script with `--list`, and with `--host` for each host where its answer has no `_meta`, and reads the answers
 * into a draft. All places are the script's first line.
 */
export function readScript(path: string, draft: Draft, files: Files): void {
  const place = { file: draft.complaints.shown(path), line: 1, col: 1 };
  const script = new Script(path, place, draft, files);
  script.read();
}

class Script {
  readonly #path: string;
  readonly #place: FilePlace;
  readonly #draft: Draft;
  readonly #files: Files;
  readonly #hosts = new Set<string>();

  constructor(path: string, place: FilePlace, draft: Draft, files: Files) {
    this.#path = resolve(path);
    this.#place = place;
    this.#draft = draft;
    this.#files = files;
  }

  read(): void {
    const answer = this.#ask(["--list"]);
    if (answer === undefined) {
      this.#wrong("it printed nothing for --list");
      return;
    }
    let known: LocatedMap | undefined;
    for (const [name, group] of answer) {
      if (name !== "_meta") this.#group(name, group);
      else if (isMap(group.value)) {
        const vars = group.value.get("hostvars");
        if (vars !== undefined) known = isMap(vars.value) ? vars.value : new Map();
      }
    }
    for (const host of this.#hosts) {
      const vars = known === undefined ? this.#ask(["--host", host]) : known.get(host)?.value;
      if (vars === undefined || vars === null) continue;
      if (isMap(vars)) this.#draft.hostVars(host, vars);
      else this.#wrong(`what it says of host ${host} is no mapping`);
    }
  }

  #group(name: string, { value }: Located): void {
    this.#draft.group(name, this.#place);
    if (Array.isArray(value)) this.#members(name, value);
    else if (!isMap(value)) this.#wrong(`group ${name} is neither a list of hosts nor a mapping`);
    else if (!["hosts", "vars", "children"].some((key) => value.has(key))) {
      // A host that is called like the group, with its variables.
      this.#host(name, name);
      this.#draft.groupVars(name, value);
    } else {
      const { hosts, vars, children } = Object.fromEntries(value);
      if (Array.isArray(hosts?.value)) this.#members(name, hosts.value);
      else if (hosts !== undefined) this.#wrong(`the hosts of group ${name} are no list`);
      if (vars !== undefined && isMap(vars.value)) this.#draft.groupVars(name, vars.value);
      else if (vars !== undefined) this.#wrong(`the variables of group ${name} are no mapping`);
      for (const child of namesOf(children)) {
        this.#draft.group(child, this.#place);
        this.#draft.child(name, child, this.#place);
      }
    }
  }

  #members(group: string, hosts: readonly Located[]): void {
    for (const { value } of hosts) {
      if (typeof value === "string" && value !== "") this.#host(value, group);
      else this.#wrong(`a host of group ${group} is no name`);
    }
  }

  #host(name: string, group: string): void {
    this.#hosts.add(name);
    this.#draft.host(name, group, this.#place);
  }

  /** Runs the script; undefined where it prints nothing. */
  #ask(args: readonly string[]): LocatedMap | undefined {
    const { complaints } = this.#draft;
    const ran = spawnSync(this.#path, [...args], {
      cwd: complaints.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      maxBuffer: MAX_OUTPUT,
    });
    const said = args.join(" ");
    if (ran.error !== undefined || ran.status !== 0) {
      const error: NodeJS.ErrnoException | undefined = ran.error;
      const how =
        error?.code === "ETIMEDOUT"
          ? `took longer than ${TIMEOUT_MS / 1000} seconds`
          : error !== undefined
            ? `can't be run (${error.code ?? error.message})`
            : ran.signal !== null
              ? `was ended by ${ran.signal}`
              : `ended with status ${ran.status}`;
      throw new SurefootError({
        code: "inventory-script-failed",
        message: `the inventory script ${how} on ${said}`,
        place: this.#place,
        hint: `Run it yourself: ${this.#path} ${said}`,
        ...(ran.stderr?.length > 0 ? { detail: ran.stderr.toString("utf8").slice(-2000) } : {}),
      });
    }
    const text = ran.stdout.toString("utf8");
    this.#files.count(`${this.#path} ${said}`, text);
    return text.trim() === "" ? undefined : this.#read(text, said);
  }

  #read(text: string, said: string): LocatedMap {
    try {
      const answer: Json = JSON.parse(text);
      const { value } = fromJson(answer, this.#place);
      if (isMap(value)) return value;
      this.#wrong(`what it printed on ${said} is no mapping`);
    } catch (thrown) {
      this.#wrong(`what it printed on ${said} is not JSON: ${String(thrown)}`);
    }
    return new Map();
  }

  #wrong(message: string): void {
    const hint = `Run it yourself: ${this.#path} --list. Its form is in Ansible's "Developing dynamic inventory".`;
    this.#draft.complaints.add("inventory-script-failed", message, this.#place, hint);
  }
}

function namesOf(list: Located | undefined): readonly string[] {
  if (list === undefined) return [];
  if (isMap(list.value)) return [...list.value.keys()];
  return Array.isArray(list.value)
    ? list.value.flatMap(({ value }: Located) => (typeof value === "string" ? [value] : []))
    : [];
}

/** Plain data, all of it at one place. */
function fromJson(data: Json, place: FilePlace): Located {
  if (typeof data === "string") return { place, ...jinjaOr(data) };
  if (typeof data === "number") {
    const exact = Number.isSafeInteger(data) || (Number.isFinite(data) && !Number.isInteger(data));
    return exact ? { place, value: data } : { place, value: String(data), opaque: "number" };
  }
  if (typeof data === "boolean" || data === null) return { place, value: data };
  if (isList(data)) return { place, value: data.map((one) => fromJson(one, place)) };
  const entries = Object.entries(data);
  return {
    place,
    value: new Map(entries.map(([key, one]) => [key, { ...fromJson(one, place), key: place }])),
  };
}

function isList(data: Json): data is readonly Json[] {
  return Array.isArray(data);
}
