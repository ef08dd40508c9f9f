import { z } from "zod";

/** Version of the form; raised when a field changes its meaning or goes away. */
const VERSION = 1;

const hashes = z.record(z.string(), z.string());

const pins = z.strictObject({
  /** The playbook, what it imports, templates that it read, files of `-e @FILE`. */
  files: hashes,
  /** The inventory's files. */
  inventory: hashes,
});

const schema = z.strictObject({
  v: z.literal(VERSION),
  name: z.string(),
  /** When it was made or changed last, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  /** Version of Surefoot that made it. */
  surefoot: z.string(),
  /** The program and its script, absolute. */
  program: z.array(z.string()).min(1),
  /** Calendar expression of systemd.time(7). */
  on: z.string(),
  /** Time span of systemd.time(7). */
  jitter: z.string(),
  /** The same: after it a run is ended. */
  runTimeout: z.string(),
  user: z.string(),
  /** Absolute, as all paths here. */
  cwd: z.string(),
  playbook: z.string(),
  inventory: z.string(),
  state: z.string(),
  /** Drift is corrected, too. */
  fix: z.boolean(),
  limit: z.string().optional(),
  tags: z.array(z.string()).optional(),
  /** As given by `-e`, files by absolute paths. */
  extraVar: z.array(z.string()),
  /** Further flags of `surefoot drift`. */
  flags: z.array(z.string()),
  /** File that metrics are written to. */
  metrics: z.string().optional(),
  /** Files that hold the address of a webhook that is told of changes. */
  webhooks: z.array(z.string()).default([]),
  /** Commands that are told of changes. */
  commands: z.array(z.string()).default([]),
  /** Files that hold a password of ansible-vault. */
  vault: z.array(z.string()),
  /** Programs that print one. */
  vaultPrograms: z.array(z.string()),
  /** The file of age identities. */
  age: z.string().optional(),
  /** Unit that systemd starts when a run fails. */
  onFailure: z.string().optional(),
  /** Runs also when files are not as pinned. */
  follow: z.boolean(),
  pins,
});

/** What was scheduled: plain data, kept beside the units, so that nobody has to read it out of them. Holds no secret. */
export type Schedule = Readonly<z.output<typeof schema>>;

/** SHA-256 in hex of what a schedule is for, by absolute path. */
export type Pins = z.output<typeof pins>;

/** What a person chooses; the rest is added. */
export type Chosen = Omit<Schedule, "v" | "at">;

/** A record of now. Its fields are in the same order as in one that was read, so that the same makes the same file. */
export function newSchedule(chosen: Chosen, now = new Date()): Schedule {
  return schema.parse({ v: VERSION, at: now.toISOString(), ...chosen });
}

/** The record in a file's text, or what is wrong with it. */
export function parseSchedule(text: string): Schedule | string {
  try {
    const result = schema.safeParse(JSON.parse(text));
    return result.success ? result.data : z.prettifyError(result.error);
  } catch (thrown) {
    return String(thrown);
  }
}

/** The units of a schedule, without their ending. */
export function unitName(name: string): string {
  return `surefoot-drift-${name}`;
}

/** Whether a name can stand in the names of units and files. */
export function isName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name);
}

/** The name for what was given none: `ecmp-production` for playbooks/ecmp.ts on inventories/production. */
export function defaultName(playbook: string, inventory: string): string {
  const stem = (path: string): string => (path.split("/").at(-1) ?? "").replace(/\.[A-Za-z]+$/, "");
  const name = `${stem(playbook)}-${stem(inventory)}`
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name.slice(0, 63).replace(/^[_-]+/, "") || "fleet";
}

/** What is told when one of these differs, by its word. */
const TOLD = {
  on: "when",
  jitter: "jitter",
  runTimeout: "run timeout",
  user: "user",
  cwd: "folder",
  playbook: "playbook",
  inventory: "inventory",
  state: "state",
  fix: "fix",
  limit: "limit",
  tags: "tags",
  extraVar: "variables",
  flags: "flags",
  metrics: "metrics",
  webhooks: "told by webhook",
  commands: "told by command",
  vault: "vault passwords",
  vaultPrograms: "vault password programs",
  age: "age identity",
  onFailure: "on failure",
  follow: "follow",
  program: "program",
} as const satisfies Partial<Record<keyof Schedule, string>>;

/** What differs between two records, a line each; empty where they mean the same. */
export function differences(was: Schedule, is: Schedule): readonly string[] {
  const word = (value: Schedule[keyof Schedule]): string =>
    Array.isArray(value) ? value.join(" ") || "none" : String(value ?? "none");
  const lines = [...objectKeys(TOLD)].flatMap((key) => {
    const [before, after] = [word(was[key]), word(is[key])];
    return before === after ? [] : [`${TOLD[key]}: ${before} -> ${after}`];
  });
  const changed = changedFiles(
    { ...was.pins.files, ...was.pins.inventory },
    { ...is.pins.files, ...is.pins.inventory },
  );
  return [...lines, ...changed.map((line) => `pinned anew: ${line}`)];
}

function objectKeys<K extends string>(of: Readonly<Record<K, string>>): readonly K[] {
  return Object.keys(of).filter((key): key is K => key in of);
}

/** How files differ from what was pinned, a line each. */
export function changedFiles(
  was: Readonly<Record<string, string>>,
  is: Readonly<Record<string, string>>,
): readonly string[] {
  const gone = Object.keys(was).filter((file) => !Object.hasOwn(is, file));
  const fresh = Object.keys(is).filter((file) => !Object.hasOwn(was, file));
  const other = Object.keys(is).filter((file) => Object.hasOwn(was, file) && was[file] !== is[file]);
  return [
    ...other.map((file) => `${file} has changed`),
    ...fresh.map((file) => `${file} is new`),
    ...gone.map((file) => `${file} is gone`),
  ];
}
