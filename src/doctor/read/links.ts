import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";

/** Whether an interface can carry anything. */
export interface Link {
  readonly name: string;
  /** Switched on (IFF_UP, netdevice(7)). */
  readonly up: boolean;
  /** Something answers at the other end; one that is switched off has none. */
  readonly carrier: boolean;
}

/** A line for each interface: name, flags in hexadecimal, carrier. The kernel tells no carrier of one that is switched off. */
export const LINKS: Sh = sh`for p in /sys/class/net/*; do
[ -r "$p/flags" ] || continue
read -r f < "$p/flags"
c=0
read -r c 2>/dev/null < "$p/carrier" || c=0
echo "$f $c \${p##*/}"
done`;

/**
 * Reads the output of {@link LINKS}.
 * @throws ProbeError where it is something else: every host has an interface, lo.
 */
export function parseLinks(output: string): readonly Link[] {
  const lines = output.split("\n").filter((line) => line !== "");
  if (lines.length === 0) throw strange("nothing");
  return lines.map((line) => {
    const [, flags, carrier, name] = /^0x([0-9a-f]+) ([01]) (\S+)$/.exec(line) ?? [];
    if (flags === undefined || name === undefined) throw strange(line);
    return { name, up: (Number.parseInt(flags, 16) & 1) === 1, carrier: carrier === "1" };
  });
}

function strange(said: string): ProbeError {
  return new ProbeError(`/sys/class/net says ${said}`, "Is /sys mounted on the host?");
}
