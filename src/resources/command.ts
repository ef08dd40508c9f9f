import { createHash } from "node:crypto";
import { z } from "zod";
import type { Step } from "../model/resource.js";
import { defineResource, ProbeError } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import { joinSh, sh, trustedSh } from "../model/sh.js";
import { absolutePath } from "./content/params.js";
import { parseStat, statProbe } from "./content/stat.js";

const GUARDS = ["creates", "unless", "always"] as const;

const checked = z
  .strictObject({
    run: z.string().min(1).refine(hasNoNul, "no script holds a NUL"),
    creates: absolutePath.optional(),
    unless: z.string().min(1).refine(hasNoNul, "no script holds a NUL").optional(),
    always: z.literal(true, "always is true or not there").optional(),
    undo: z.string().min(1).refine(hasNoNul, "no script holds a NUL").optional(),
    cwd: absolutePath.optional(),
    env: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "this is no name of a variable"),
        z.string().refine(hasNoNul, "no variable holds a NUL"),
      )
      .default({}),
    timeout: z.number().positive().optional(),
    sensitive: z.boolean().default(false),
  })
  .refine(
    (p) => GUARDS.filter((guard) => p[guard] !== undefined).length === 1,
    "a command needs exactly one of `creates`, `unless` and `always`: when is it done?",
  );

type Params = z.output<typeof checked>;

/** What every command has. */
interface CommandBase {
  /** POSIX sh text, run as it stands with `set -e`. */
  readonly run: string;
  /**
   * How to take it back, as POSIX sh text; without it, undo leaves what the command did. It must succeed and harm nothing also where the command
   * ran in part only or not at all: a host that was cut off takes everything back, whatever came of it.
   */
  readonly undo?: string;
  /** Where it runs, its guard and its undo too; the login folder by default. */
  readonly cwd?: string;
  /** Variables that they see besides the login's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest time that it may take, in seconds. */
  readonly timeout?: number;
  /** The command holds a secret: it is shown nowhere. */
  readonly sensitive?: boolean;
}

/** When a command is done: exactly one of the three. */
type Guard =
  | {
      /** It is done when this path exists. */
      readonly creates: string;
      readonly unless?: never;
      readonly always?: never;
    }
  | {
      /** It is done when this POSIX sh text exits with 0; it must change nothing. */
      readonly unless: string;
      readonly creates?: never;
      readonly always?: never;
    }
  | {
      /** It is never done: it is planned and runs every time. */
      readonly always: true;
      readonly creates?: never;
      readonly unless?: never;
    };

/** A command and when it is done. */
export type CommandParams = CommandBase & Guard;

/** Written by authors as {@link CommandParams}; that exactly one guard is there is checked again for what no compiler saw. */
const params = z
  .custom<CommandParams>()
  .transform((input): unknown => input)
  .pipe(checked);

/** The command's work is done. */
export interface CommandState {
  readonly done: true;
}

/**
 * A command that is run where its work is not done yet. Its guard is judged when it is reached, after all that comes before has been
 * applied. An `always` command is the one thing that a second run plans again: it says of itself that it never counts as done.
 *
 * @example command({ run: "apt-get -qq install -y nftables", creates: "/usr/sbin/nft" })
 */
export const command = defineResource(params, {
  kind: "command",
  key: (p: Params) => (p.sensitive ? `(secret ${fingerprint(p)})` : p.run),
  title: (p) => `command ${shown(p)}`,
  volatile: true,
  repeats: (p) => p.always === true,
  sensitive: (p) => p.sensitive,
  probe: (p) => {
    if (p.creates !== undefined) return [statProbe(p.creates, true)];
    if (p.unless === undefined) return [];
    // The folder must be there: a guard that can't be asked says nothing.
    return [
      sh`${enter(p)}
if (eval ${p.unless}) >/dev/null 2>&1; then echo done; fi`,
    ];
  },
  parse: ([output = ""], p): CommandState | null => {
    const done = p.creates === undefined ? output === "done\n" : exists(output, p.creates);
    return done ? { done: true } : null;
  },
  target: () => ({ done: true }),
  steps: (from, to, p): readonly Step[] => {
    const more = {
      layer: "running",
      cuts: false,
      ...(p.timeout === undefined ? {} : { timeoutSeconds: p.timeout }),
    } as const;
    const step = (title: string, text: string): Step => ({
      title,
      run: joinSh([enter(p), trustedSh(text)]),
      ...more,
    });
    if (from === null && to !== null) return [step(`run ${shown(p)}`, p.run)];
    if (from !== null && to === null && p.undo !== undefined) return [step(`take back ${shown(p)}`, p.undo)];
    return [];
  },
});

/** Whether a path exists, by the output of its stat. */
function exists(output: string, path: string): boolean {
  try {
    return parseStat(output, {}) !== null;
  } catch (thrown) {
    if (!(thrown instanceof ProbeError)) throw thrown;
    throw new ProbeError(`can't tell whether ${path} exists, which ${thrown.message}`, thrown.hint);
  }
}

/** Folder and variables, as the command, its guard and its undo see them. */
function enter(p: Params): Sh {
  const env = Object.entries(p.env).map(
    ([name, value]) => sh`${trustedSh(name)}=${value}; export ${trustedSh(name)}`,
  );
  return joinSh([...(p.cwd === undefined ? [] : [sh`cd -- ${p.cwd} || exit`]), ...env]);
}

/** The command's first line, if it may be shown. */
function shown(p: Params): string {
  return p.sensitive ? "(secret)" : (p.run.trim().split("\n")[0] ?? "");
}

/**
 * Tells secret commands apart without showing them. Ids stand in journals, so this is short on purpose: 24 bits fit too many guesses to
 * prove one right.
 */
function fingerprint(p: Params): string {
  return createHash("sha256").update(p.run).digest("hex").slice(0, 6);
}

function hasNoNul(text: string): boolean {
  return !text.includes("\0");
}
