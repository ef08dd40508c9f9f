import { isIP } from "node:net";
import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { canonicalAddress } from "../../resources/route/address.js";

/** An entry of the kernel's neighbour table (ip-neighbour(8)). */
export interface Neighbour {
  readonly address: string;
  readonly dev: string;
  /** Hardware address, where it is known. */
  readonly mac?: string;
  /** `REACHABLE`, `STALE`, `FAILED`, `INCOMPLETE`, `PERMANENT` and so on. */
  readonly state: string;
  /** The kernel keeps probing it by itself (`managed`). */
  readonly managed: boolean;
}

/** All neighbours, of both families. */
export const NEIGHBOURS: Sh = sh`ip neigh show`;

/**
 * Reads the output of {@link NEIGHBOURS}.
 * @throws ProbeError for a line that is no neighbour.
 */
export function parseNeighbours(output: string): readonly Neighbour[] {
  return output.split("\n").flatMap((line): readonly Neighbour[] => {
    const words = line.trim().split(/\s+/);
    const [address = ""] = words;
    if (address === "" || words.includes("proxy")) return [];
    const after = (word: string): string | undefined => {
      const at = words.indexOf(word);
      return at < 0 ? undefined : words[at + 1];
    };
    const state = words.findLast((word) => /^[A-Z]+$/.test(word)) ?? "NONE";
    const [dev, mac] = [after("dev"), after("lladdr")];
    if (isIP(address) === 0 || dev === undefined)
      throw new ProbeError(`\`ip neigh\` printed what Surefoot does not know: ${line}`, "Please report it.");
    return [
      {
        address: canonicalAddress(address),
        dev,
        state,
        managed: words.includes("managed"),
        ...(mac === undefined ? {} : { mac }),
      },
    ];
  });
}
