import type { Fact } from "../facts/fact.js";
import type { FactName, Facts } from "../facts/index.js";
import { FACT_NAMES, factScripts, isFactName, lazyFacts } from "../facts/index.js";
import type { CheckOutput } from "../model/check.js";
import { suggest } from "../model/did-you-mean.js";
import { SurefootError } from "../model/error.js";
import { ProbeError } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import type { Playbook } from "./define.js";
import { WrongList } from "./shape.js";

/**
 * The facts that a playbook asks for, each once.
 * @throws WrongList for one that does not exist; `tsc` finds that in the editor.
 */
export function factsOf(playbook: Playbook): readonly FactName[] {
  const names: readonly string[] = [...new Set<string>(playbook.facts ?? [])];
  return names.map((name) => {
    if (isFactName(name)) return name;
    const hint = suggest(name, FACT_NAMES, `There are ${FACT_NAMES.join(", ")}.`);
    throw new WrongList("facts", `there is no fact "${name}"`, hint);
  });
}

/** The scripts that gather facts, and the reader of what they print. */
export interface Gathering {
  readonly scripts: readonly Sh[];
  /** @throws SurefootError `probe-failed` where a fact can't be read. */
  read(outputs: readonly CheckOutput[], host: string): Facts;
}

/** How facts are gathered: all their scripts one after the other, scripts that are the same once. */
export function gathering(names: readonly FactName[]): Gathering {
  const scripts: Sh[] = [];
  const numbers = new Map<FactName, readonly number[]>();
  for (const name of names) {
    const mine = factScripts(name).map((script) => {
      const known = scripts.findIndex((one) => one.sh === script.sh);
      return known >= 0 ? known : scripts.push(script) - 1;
    });
    numbers.set(name, mine);
  }
  const read = (outputs: readonly CheckOutput[], host: string): Facts => {
    const facts = lazyFacts((name, fact) => {
      const mine = numbers.get(name);
      if (mine === undefined) throw notAsked(name);
      return readOne(
        name,
        fact,
        mine.map((number) => outputs[number]),
        host,
      );
    });
    // Every fact that was asked for must be known, also where the playbook does not come to look at it.
    for (const name of names) void facts[name];
    return facts;
  };
  return { scripts, read };
}

function readOne<T>(
  name: FactName,
  fact: Fact<T>,
  outputs: readonly (CheckOutput | undefined)[],
  host: string,
): T {
  const texts = outputs.map((output) => {
    if (output !== undefined && output.exit === 0) return output.stdout;
    throw failed(name, host, `could not be read: exit ${output?.exit ?? "unknown"}`, output?.stderr ?? "");
  });
  try {
    return fact.parse(texts);
  } catch (thrown) {
    if (thrown instanceof ProbeError) throw failed(name, host, thrown.message, thrown.hint);
    throw thrown;
  }
}

function notAsked(name: string): SurefootError {
  return new SurefootError({
    code: "playbook-invalid",
    message: `the playbook looks at the fact ${name}, which it has not asked for`,
    hint: `Add "${name}" to its facts.`,
  });
}

function failed(name: string, host: string, message: string, hint: string): SurefootError {
  return new SurefootError({
    code: "probe-failed",
    message: `the fact ${name} ${message}`,
    place: { host, at: `fact ${name}` },
    hint: hint === "" ? "Look at the host; nothing was changed there." : hint,
  });
}
