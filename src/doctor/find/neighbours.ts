import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import type { FoundRoute } from "../../resources/route/read.js";
import type { Case, Finder } from "../case.js";
import type { Neighbour } from "../read/neighbours.js";
import { known } from "../readings.js";
import type { Hop } from "../ways.js";
import { hopsOf, isMultipath, mainDefaults } from "../ways.js";

/** States of a neighbour that did not answer. */
const DEAD = ["FAILED", "INCOMPLETE"];

/** What the kernel knows of a next hop's gateway; undefined where it has no entry, or that is not known. */
export function neighbourOf(
  host: Pick<Case, "readings">,
  hop: Pick<Hop, "gateway" | "dev">,
): Neighbour | undefined {
  return known(host.readings.neighbours)?.find(
    ({ address, dev }) => address === hop.gateway && (hop.dev === undefined || dev === hop.dev),
  );
}

/** The gateways of the defaults that win, as the link sees them. */
export const neighbours: Finder = (host) => {
  const winners = ([4, 6] as const).flatMap(
    (family) => mainDefaults(host.readings, family)?.slice(0, 1) ?? [],
  );
  return [
    ...winners.flatMap((winner) => hopsOf(winner).flatMap((hop) => dead(host, hop, isMultipath(winner)))),
    ...winners.flatMap((winner) => oneMachine(host, hopsOf(winner))),
    ...winners.flatMap((winner) => permanent(host, hopsOf(winner))),
    ...overflow(host),
    ...blind(host),
  ];
};

function useNeighbours({ readings }: Case): boolean {
  return known(readings.settings)?.get("net/ipv4/fib_multipath_use_neigh") === "1";
}

/** Something already looks whether gateways answer. */
function watched(host: Case): boolean {
  return useNeighbours(host) || known(host.readings.failover)?.mode !== undefined;
}

function dead(host: Case, hop: Hop, several: boolean): readonly DoctorFinding[] {
  const found = neighbourOf(host, hop);
  if (found === undefined || !DEAD.includes(found.state)) return [];
  const harm = !several
    ? "Nothing can be reached by the default route."
    : useNeighbours(host)
      ? "fib_multipath_use_neigh is 1, so the kernel sends new flows to the others; nobody notices when it is back unless something looks."
      : "fib_multipath_use_neigh is 0, so the kernel goes on sending its share of the flows there, and they are lost: it does not drop a next hop for a neighbour that failed.";
  return [
    {
      id: "neighbour-dead",
      severity: "problem",
      seen: `${hop.gateway} on ${found.dev} is ${found.state}`,
      cause: `The gateway does not answer on the link: it is down, its address or VLAN is another, or it is not on this link at all. ${harm}`,
      ...(several && !watched(host) ? { remedy: host.remedies.run("-e", "failover=kernel") } : {}),
    },
  ];
}

function oneMachine(host: Case, hops: readonly Hop[]): readonly DoctorFinding[] {
  const byMac = new Map<string, string[]>();
  for (const hop of hops) {
    const mac = neighbourOf(host, hop)?.mac;
    if (mac !== undefined) byMac.set(mac, [...(byMac.get(mac) ?? []), hop.gateway ?? ""]);
  }
  return [...byMac]
    .filter(([, gateways]) => gateways.length > 1)
    .map(([mac, gateways]) => ({
      id: "neighbour-same-machine",
      severity: "risk",
      seen: `${gateways.join(" and ")} both answer from ${mac}`,
      cause:
        "They are one machine: an address moved over (keepalived, VRRP), an address was given twice, or something answers for others (proxy ARP). If that machine dies, all ways are gone.",
    }));
}

function permanent(host: Case, hops: readonly Hop[]): readonly DoctorFinding[] {
  const fixed = hops.filter((hop) => neighbourOf(host, hop)?.state === "PERMANENT");
  return fixed.map(({ gateway = "", dev = "" }) => ({
    id: "neighbour-permanent",
    severity: "risk",
    seen: `${gateway} on ${dev} is PERMANENT`,
    cause:
      "Its hardware address was written down by hand, so the kernel never asks whether it is there: its death can't be seen.",
    remedy: host.remedies.host(sh`ip neigh del ${gateway} dev ${dev}`),
  }));
}

/** From nine tenths of the limit on, new neighbours are close to being refused (Linux ip-sysctl, gc_thresh3). */
const FULL = 0.9;

function overflow({ readings, remedies }: Case): readonly DoctorFinding[] {
  const most = Number(known(readings.settings)?.get("net/ipv4/neigh/default/gc_thresh3") ?? Number.NaN);
  const count = known(readings.neighbours)?.filter(({ address }) => !address.includes(":")).length ?? 0;
  if (!(count >= most * FULL)) return [];
  return [
    {
      id: "neighbour-table-full",
      severity: "risk",
      seen: `${count} IPv4 neighbours, and the kernel keeps ${most} at most`,
      cause: "Once the table is full, gateways can't be resolved either (neighbour table overflow).",
      remedy: remedies.host(sh`sysctl -w net.ipv4.neigh.default.gc_thresh3=${most * 4}`),
    },
  ];
}

/** Nothing would notice a dead gateway. */
function blind(host: Case): readonly DoctorFinding[] {
  const [winner] = mainDefaults(host.readings, 4) ?? [];
  const settings = known(host.readings.settings);
  const failover = known(host.readings.failover);
  if (winner === undefined || !isMultipath(winner) || settings === undefined || failover === undefined)
    return [];
  if (useNeighbours(host) && failover.mode === undefined) return slow(host, winner);
  if (watched(host)) return [];
  return [
    {
      id: "failover-none",
      severity: "note",
      seen: "net.ipv4.fib_multipath_use_neigh is 0 and no failover is set up",
      cause:
        "The kernel does not look whether a gateway answers: should one die, its share of new connections is lost until it is back.",
      remedy: host.remedies.run("-e", "failover=kernel"),
    },
  ];
}

/** The kernel looks at its neighbours, but by its usual timers, and asks nobody by itself. Times as measured on Linux 6.18 (docs/failover.md). */
function slow(host: Case, winner: FoundRoute): readonly DoctorFinding[] {
  const alone = hopsOf(winner).filter(
    (hop) => hop.gateway !== undefined && neighbourOf(host, hop)?.managed !== true,
  );
  if (known(host.readings.neighbours) === undefined || alone.length === 0) return [];
  return [
    {
      id: "failover-slow",
      severity: "note",
      seen: `net.ipv4.fib_multipath_use_neigh is 1, and nothing keeps asking for ${alone.map(({ gateway }) => gateway).join(", ")}`,
      cause:
        "That parameter is needed and is not enough: with the usual timers new connections to a dead gateway fail for half a minute or more, and one that is back is not used until somebody asks for it.",
      remedy: host.remedies.run("-e", "failover=kernel"),
    },
  ];
}
