import { SurefootError } from "../model/error.js";
import { codeFrame } from "../model/place.js";
import { printable } from "./mask.js";

/**
 * Takes the path of a variable apart: `gateways[0].address`, also written `gateways.0.address`; a key that holds a dot is
 * quoted, `sysctls["net.ipv4.ip_forward"]`.
 * @throws SurefootError `flag-invalid` for anything else.
 */
export function parseVarPath(text: string): readonly [string, ...string[]] {
  const step = /\.?([^.[\]"]+)|\[(\d+)\]|\["([^"]*)"\]/y;
  const steps: string[] = [];
  while (step.lastIndex < text.length) {
    const at = step.lastIndex;
    const match = step.exec(text);
    const [whole, key, index, quoted] = match ?? [];
    const name = key ?? index ?? quoted;
    // A first step has no dot, and each further key has one.
    const dotted = whole?.startsWith(".") === true;
    if (name === undefined || (key !== undefined && dotted !== at > 0)) throw invalid(text, at);
    steps.push(name);
  }
  const [first, ...rest] = steps;
  if (first === undefined) throw invalid(text, 0);
  return [first, ...rest];
}

function invalid(text: string, at: number): SurefootError {
  const place = { file: "VAR", line: 1, col: at + 1 };
  return new SurefootError({
    code: "flag-invalid",
    message: `${JSON.stringify(text)} is no path of a variable`,
    place,
    frame: codeFrame(printable(text), place),
    hint: 'Write for example gateways, gateways[0].address or sysctls["net.ipv4.ip_forward"].',
  });
}
