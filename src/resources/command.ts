import { z } from "zod";
import type { Step } from "../model/resource.js";
import { defineResource } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import { joinSh, sh, trustedSh } from "../model/sh.js";
import { absolutePath } from "./content/params.js";

const common = {
  /** POSIX sh text, run as it stands. */
  run: z.string().min(1),
  /** How to take it back; without it, undo leaves what the command did. */
  undo: z.string().min(1).optional(),
  /** Where it runs; the login folder by default. */
  cwd: absolutePath.optional(),
  /** Variables that it sees besides the login's. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  /** Longest time that it may take, in seconds. */
  timeout: z.number().positive().optional(),
  /** The command holds a secret: it is shown nowhere. */
  sensitive: z.boolean().default(false),
};

const ONE_GUARD = "a command needs exactly one of `creates`, `unless` and `always`: when is it done?";

const params = z.union(
  [
    z.strictObject({ ...common, /** It is done when this path exists. */ creates: absolutePath }),
    z.strictObject({
      ...common,
      /** It is done when this POSIX sh text succeeds; it must change nothing. */ unless: z.string().min(1),
    }),
    z.strictObject({ ...common, /** It is never done: it runs every time. */ always: z.literal(true) }),
  ],
  {
    error: (issue) =>
      guards(issue.input) === 1 ? "a parameter is unknown or has the wrong type" : ONE_GUARD,
  },
);

function guards(input: unknown): number {
  if (typeof input !== "object" || input === null) return 0;
  return ["creates", "unless", "always"].filter((name) => name in input).length;
}

type Params = z.output<typeof params>;

/** The command's work is done. */
export interface CommandState {
  readonly done: true;
}

/**
 * A command that is run where its work is not done yet. Its guard is judged when it is reached, after all that comes before has been
 * applied. `always` commands are planned at every run.
 *
 * @example command({ run: "apt-get -qq install -y nftables", creates: "/usr/sbin/nft" })
 */
export const command = defineResource(params, {
  kind: "command",
  key: (p: Params) => p.run,
  title: (p) => (p.sensitive ? "command" : `command ${p.run.split("\n")[0]}`),
  volatile: true,
  repeats: (p) => "always" in p,
  sensitive: (p) => p.sensitive,
  probe: (p) => {
    if ("always" in p) return [];
    if ("creates" in p) return [sh`[ ! -e ${p.creates} ] || echo done`];
    return [sh`if (${within(p, p.unless)}) >/dev/null 2>&1; then echo done; fi`];
  },
  parse: ([output = ""]): CommandState | null => (output.trim() === "done" ? { done: true } : null),
  target: () => ({ done: true }),
  steps: (from, to, p): readonly Step[] => {
    const shown = p.sensitive ? "a command" : (p.run.split("\n")[0] ?? "");
    const more = {
      layer: "running",
      cuts: false,
      ...(p.timeout === undefined ? {} : { timeoutSeconds: p.timeout }),
    } as const;
    if (from === null && to !== null) return [{ title: `run ${shown}`, run: within(p, p.run), ...more }];
    if (from !== null && to === null && p.undo !== undefined) {
      return [{ title: `take back ${shown}`, run: within(p, p.undo), ...more }];
    }
    return [];
  },
});

function within(p: Params, text: string): Sh {
  const env = Object.entries(p.env).map(
    ([name, value]) => sh`${trustedSh(name)}=${value}; export ${trustedSh(name)}`,
  );
  const cwd = p.cwd === undefined ? [] : [sh`cd -- ${p.cwd}`];
  return joinSh([...cwd, ...env, trustedSh(text)]);
}
