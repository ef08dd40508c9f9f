import type { Check, CheckOutput, CheckResult } from "../model/check.js";
import type { DoctorFinding } from "../model/diagnosis.js";
import { joinSh, sh } from "../model/sh.js";
import type { Case } from "./case.js";
import { interfacesOf } from "./find/owner.js";
import { known } from "./readings.js";

/** How many ARP probes are sent for an address, and how long an answer is waited for, in seconds. */
const PROBES = 2;
const WAIT_S = 3;

/** An IPv4 address of an interface. */
interface Own {
  readonly dev: string;
  readonly address: string;
}

/**
 * Asks the link whether another machine has one of the host's IPv4 addresses, too: the kernel does not tell. ARP probes (RFC 5227 section
 * 2.1.1) name no sender's address, so that nobody's cache changes by them. Null where there is no address to ask about.
 */
export function duplicatesProbe(host: Pick<Case, "readings" | "unit">): Check | null {
  const own = addressesOf(host);
  if (own.length === 0) return null;
  const each = own.map(({ dev, address }) => sh`one ${dev} ${address}`);
  return {
    kind: "duplicates",
    id: "duplicates",
    title: `no other machine has ${own.map(({ address }) => address).join(", ")}`,
    scripts: [
      // The arping of another maker takes -D for something else.
      sh`case $(arping -V 2>&1) in *iputils*) ;; *) echo 'arping of iputils is not on the host' >&2; exit 127 ;; esac
one() {
o=$(arping -D -c ${PROBES} -w ${WAIT_S} -I "$1" "$2" 2>&1)
echo "asked $? $1 $2"
printf '%s\\n' "$o" | sed 's/^/said /'
}
${joinSh(each)}`,
    ],
    judge: ([output]) => judgeOutput(output),
    timeoutSeconds: own.length * (WAIT_S + 1) + 5,
    options: {},
  };
}

/** Of the interfaces of the route, which can be asked on: up, with a link. */
function addressesOf(host: Pick<Case, "readings" | "unit">): readonly Own[] {
  const { readings } = host;
  return interfacesOf(host).flatMap((dev) => {
    const link = known(readings.links)?.find(({ name }) => name === dev);
    if (link?.carrier !== true) return [];
    const found = known(readings.interfaces)?.find(({ name }) => name === dev)?.addresses ?? [];
    return found.flatMap(({ family, address, scope }) =>
      family === 4 && scope === "global" ? [{ dev, address }] : [],
    );
  });
}

function judgeOutput(output: CheckOutput | undefined): CheckResult {
  const blocks = (output?.stdout ?? "").split(/^asked /m).slice(1);
  if (output === undefined || output.exit !== 0 || blocks.length === 0) {
    const why = output?.stderr.trim() ?? "";
    return { verdict: "unknown", summary: why === "" ? "nobody could be asked" : why };
  }
  const answers = blocks.map((block) => {
    const [, exit, dev, address] = /^(\d+) (\S+) (\S+)$/m.exec(block) ?? [];
    const [, mac] = /^said .* from \S+ \[([0-9A-Fa-f:]+)\]/m.exec(block) ?? [];
    return { exit, dev, address, mac, said: /^said (.*)$/m.exec(block)?.[1] ?? "" };
  });
  const taken = answers.filter(({ mac }) => mac !== undefined);
  if (taken.length > 0) {
    const told = taken.map(
      ({ mac, dev, address }) => `${mac?.toLowerCase()} answers for ${address} on ${dev}`,
    );
    return { verdict: "fail", summary: told.join("; ") };
  }
  const failed = answers.find(({ exit }) => exit !== "0");
  if (failed !== undefined) return { verdict: "unknown", summary: failed.said };
  return { verdict: "pass", summary: "nobody answers for them" };
}

/** What the answers mean. */
export function judgeDuplicates(
  { title }: Check,
  { verdict, summary }: CheckResult,
): readonly DoctorFinding[] {
  if (verdict === "pass") return [];
  if (verdict === "unknown") {
    return [
      {
        id: "address-not-probed",
        severity: "note",
        seen: `whether ${title} could not be tried: ${summary}`,
        cause:
          "The kernel does not tell of another machine that has an IPv4 address of this host; only asking the link does. The package iputils-arping (Debian) or iputils (Fedora) has the tool, and it takes root.",
      },
    ];
  }
  return [
    {
      id: "address-duplicate",
      severity: "problem",
      seen: summary,
      cause:
        "Another machine on the link has an address of this host, too: gateways and neighbours send to the one that they heard last, so connections hang, break or go to the wrong machine, now and then. A clone of a host, a container with a fixed address or a DHCP range that overlaps does this; look for the hardware address in the switch, and give one of them another address.",
    },
  ];
}
