import { z } from "zod";
import type { Json } from "./json.js";
import { COMMON_OPTIONS, checkOptions, ProbeError, parseParams } from "./resource.js";
import type { Sh } from "./sh.js";

/** What one script of a check printed and how it ended. */
export interface CheckOutput {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a check came out. `unknown`: it could not be made (a tool is missing), which is neither a pass nor a failure. */
export type Verdict = "pass" | "fail" | "unknown";

/** One way out and how often it was seen: a gateway, an egress address. */
export interface Share {
  readonly name: string;
  readonly count: number;
  /** The part of all that it should have, 0 to 1; absent where nothing is expected of it. */
  readonly expected?: number;
}

/** What a check found. */
export interface CheckResult {
  readonly verdict: Verdict;
  /** One line for people: `2 gateways answer`, `203.0.113.99 got 3 % of 400 connections, expected 50 % ± 9 %`. */
  readonly summary: string;
  /** More lines, where they help. */
  readonly detail?: string;
  /** What to do where it did not pass. */
  readonly hint?: string;
  /** How often each way out was seen; shown as bars, and added up over hosts. */
  readonly shares?: readonly Share[];
  /** The figures behind the verdict, for machines. */
  readonly data?: Json;
}

/** What a playbook's author may say of any check. */
export interface CheckOptions {
  /** Title shown instead of the kind's own. */
  readonly name?: string;
  /** For `--tags`. */
  readonly tags?: readonly string[];
  /**
   * Whether a change that could cut a host off is taken back where this fails after it, and a wave after this one is not begun. Default
   * true.
   */
  readonly gate?: boolean;
  /** Run as the login user (false) or by the inventory's `become` (true); the default is what the inventory says. */
  readonly become?: boolean;
}

const CHECK_OPTIONS = z.strictObject({
  ...COMMON_OPTIONS,
  gate: z.boolean("it must be true or false").optional(),
});

/** Something to be found out on a host, read-only: scripts to run there, and a pure function that judges what they printed. */
export interface Check {
  readonly kind: string;
  /** Unique among a host's checks. */
  readonly id: string;
  readonly title: string;
  /** Read-only scripts; each runs in a subshell of its own with stdin from /dev/null and LC_ALL=C. */
  readonly scripts: readonly Sh[];
  /** Judges the scripts' outputs, in their order. Pure. */
  judge(outputs: readonly CheckOutput[]): CheckResult;
  /** Longest time for one script, in seconds; the run's own timeout applies where this is absent. */
  readonly timeoutSeconds?: number;
  /** Looks at what is written only once a change is confirmed (files, enabled units): it says nothing before that. */
  readonly startup?: boolean;
  readonly options: CheckOptions;
}

/** Exit status of a shell whose command was not found (POSIX.1-2017 XCU 2.8.2): the check could not be made. */
export const NOT_FOUND = 127;

/** A kind of check. `P` is its parameters after validation. */
export interface CheckKind<K extends string, P> {
  readonly kind: K;
  /** What tells it from others of its kind on a host. */
  key(params: P): string;
  /** Title for people where the playbook gives none; the default is kind and key. */
  title?(params: P): string;
  /**
   * Read-only scripts, at best one. One that lacks a tool ends with {@link NOT_FOUND} and names it on stderr; the check is then unknown.
   * A script that several checks of a host share word for word runs once.
   */
  scripts(params: P): readonly Sh[];
  /**
   * Judges the outputs, in the order of the scripts. Pure.
   * @throws ProbeError where they can't be understood: the check is then unknown.
   */
  judge(outputs: readonly CheckOutput[], params: P): CheckResult;
  /** Longest time for one script, in seconds. */
  timeoutSeconds?(params: P): number;
  /** See {@link Check.startup}. */
  readonly startup?: boolean;
}

/** A kind as playbooks use it: call it with parameters to get a check. */
export interface CheckFactory<K extends string, In, P> {
  (params: In, options?: CheckOptions): Check;
  readonly kind: CheckKind<K, P>["kind"];
}

/**
 * Makes a kind of check from its definition. This is all that a new kind needs: one file in `src/checks/` that exports the result, and
 * its test.
 * @param schema Validates and completes parameters; its input type is what playbooks must write.
 */
export function defineCheck<K extends string, In, P>(
  schema: z.ZodType<P, In>,
  kind: CheckKind<K, P>,
): CheckFactory<K, In, P> {
  const factory = (input: In, options: CheckOptions = {}): Check => {
    const params = parseParams(kind.kind, schema, input);
    checkOptions(kind.kind, CHECK_OPTIONS, options);
    const id = `${kind.kind} ${kind.key(params)}`;
    const timeoutSeconds = kind.timeoutSeconds?.(params);
    return {
      kind: kind.kind,
      id,
      title: options.name ?? kind.title?.(params) ?? id,
      scripts: kind.scripts(params),
      judge: (outputs) => missingTool(outputs) ?? judged(() => kind.judge(outputs, params)),
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      ...(kind.startup === true ? { startup: true } : {}),
      options,
    };
  };
  return Object.assign(factory, { kind: kind.kind });
}

function missingTool(outputs: readonly CheckOutput[]): CheckResult | undefined {
  const without = outputs.find((output) => output.exit === NOT_FOUND);
  if (without === undefined) return undefined;
  // The shell says where in its script it was: `sh: 1: eval: nc: not found`.
  const said = (without.stderr.trim().split("\n").at(-1) ?? "").replace(
    /^((\S*sh|eval|line \d+|\d+): )+/,
    "",
  );
  return {
    verdict: "unknown",
    summary: said === "" ? "a command that it needs is not on the host" : said,
    hint: "Install the command on the host, or leave this check out for it.",
  };
}

function judged(judge: () => CheckResult): CheckResult {
  try {
    return judge();
  } catch (thrown) {
    if (thrown instanceof ProbeError)
      return { verdict: "unknown", summary: thrown.message, hint: thrown.hint };
    throw thrown;
  }
}
