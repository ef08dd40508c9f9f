import type { DoctorFinding } from "../../model/diagnosis.js";
import { joinSh, sh } from "../../model/sh.js";
import { showOwner } from "../../resources/network/read.js";
import { firstId, inBlock } from "../../resources/route/nexthops/ids.js";
import type { FoundRoute } from "../../resources/route/read.js";
import { showHops, showKey } from "../../resources/route/state.js";
import type { Case, Finder } from "../case.js";
import { intended } from "../case.js";
import { known } from "../readings.js";
import { devicesOf, isMultipath, mainDefaults, routesOf, showRoute } from "../ways.js";

/** Which IPv4 default wins, whether it is the one with several next hops, and what stays behind it or goes before it. */
export const defaultRoute: Finder = (host) => {
  const defaults = mainDefaults(host.readings, 4);
  if (defaults === undefined) return [];
  const [winner, ...others] = defaults;
  if (winner === undefined) return [...halves(host), missing(host)];
  return [
    ...notUnicast(host, winner),
    ...halves(host),
    ...twins(host, winner, others),
    ...single(host, winner, others),
    ...behind(winner, others),
    ...object(winner),
  ];
};

/** Who most likely put a route there, in words. */
export function whoSet({ readings }: Case, route: FoundRoute): string {
  const owners = devicesOf(route).flatMap((dev) => known(readings.owners)?.get(dev) ?? []);
  const shown = [...new Set(owners.map(showOwner))].filter((name) => name !== "nobody").join(", ");
  const manager = shown === "" ? "" : `; ${devicesOf(route).join(", ")} is managed by ${shown}`;
  const by: Readonly<Record<string, string>> = {
    dhcp: "a DHCP client set it",
    ra: "a router's advertisement set it",
    static: "a network manager's configuration set it",
    boot: "`ip route` set it, by hand, in a unit or in a script",
    kernel: "the kernel set it",
  };
  return `${by[route.protocol] ?? `${route.protocol} set it`}${manager}`;
}

function missing(host: Case): DoctorFinding {
  const wanted = intended(host);
  const lost =
    wanted === null
      ? "no default was ever set, or it went when its interface lost its link or address"
      : `the unit ${host.unit} would set one (${showHops({ ...STATE, via: wanted.via })}), but failed, was never started, or the link has gone down and up since: the kernel drops the routes of an interface that goes down, and nothing puts them back`;
  return {
    id: "default-missing",
    severity: "problem",
    seen: "the table main has no IPv4 default route",
    cause: `Nothing outside the host's own networks can be reached: ${lost}.`,
    remedy: host.remedies.run(),
  };
}

const STATE = { type: "unicast", scope: "global", protocol: "boot" } as const;

function notUnicast({ remedies }: Case, winner: FoundRoute): readonly DoctorFinding[] {
  if (winner.type === "unicast") return [];
  return [
    {
      id: "default-nowhere",
      severity: "problem",
      seen: `the default that wins is ${winner.type} (metric ${winner.metric})`,
      cause:
        "Somebody has closed the way out on purpose, a VPN's kill switch for example: packets are refused.",
      remedy: remedies.host(sh`ip -4 route del ${winner.type} default metric ${winner.metric}`),
    },
  ];
}

/** Two halves of all addresses are more specific than any default: how VPN clients take the traffic. */
function halves({ readings, remedies }: Case): readonly DoctorFinding[] {
  const found = (routesOf(readings, 4) ?? []).filter(
    ({ to, table = "main" }) => table === "main" && ["0.0.0.0/1", "128.0.0.0/1"].includes(to),
  );
  if (found.length === 0) return [];
  const del = found.map(({ to, via: [hop] }) => {
    const dev = hop?.dev === undefined ? sh`` : sh` dev ${hop.dev}`;
    return sh`ip -4 route del ${to}${dev}`;
  });
  return [
    {
      id: "default-halves",
      severity: "problem",
      seen: found.map(showRoute).join("; "),
      cause:
        "These are more specific than any default, so they take its traffic: a VPN client adds them. No default route is used for those addresses.",
      remedy: remedies.host(joinSh(del, "; ")),
    },
  ];
}

function twins(
  { remedies }: Case,
  winner: FoundRoute,
  others: readonly FoundRoute[],
): readonly DoctorFinding[] {
  const same = others.filter(({ metric }) => metric === winner.metric);
  if (same.length === 0) return [];
  return [
    {
      id: "default-twins",
      severity: "risk",
      seen: [winner, ...same].map(showRoute).join("; "),
      cause: `There are ${same.length + 1} defaults of metric ${winner.metric}. The kernel uses the first and not the others; which one is first depends on who was faster.`,
      remedy: remedies.run(),
    },
  ];
}

/** The winner has one next hop: because another goes before the one with several, or because there is none with several. */
function single(host: Case, winner: FoundRoute, others: readonly FoundRoute[]): readonly DoctorFinding[] {
  if (winner.type !== "unicast" || isMultipath(winner)) return [];
  const shadowed = others.find(isMultipath);
  if (shadowed !== undefined) return [shadowing(host, winner, shadowed)];
  const gateways = new Set([winner, ...others].flatMap(({ via }) => via.map(({ gateway }) => gateway)));
  const seen = [winner, ...others].map(showRoute).join("; ");
  if (others.length > 0 && gateways.size > 1) {
    return [
      {
        id: "default-split",
        severity: "problem",
        seen,
        cause: `These are ${others.length + 1} routes of one next hop each, not one route with several: they do not share flows. The one of the lowest metric takes everything, the others wait until it is gone.`,
        remedy: host.remedies.run(),
      },
    ];
  }
  const wanted = intended(host);
  const why =
    known(host.readings.units) === undefined
      ? `What a unit would set is not known; ${whoSet(host, winner)}.`
      : wanted === null
        ? `The host was not made a client of several gateways, or that was undone: ${whoSet(host, winner)}.`
        : wanted.via.length > 1
          ? `${host.unit} would set ${wanted.via.length} next hops, but this is what is there: ${whoSet(host, winner)}. It has replaced the route since the unit ran, as a DHCP renewal, a link that went down and up or a reload of the network does, or the unit failed.`
          : `${host.unit} itself sets one next hop.`;
  return [
    {
      id: "default-single",
      severity: "problem",
      seen,
      cause: `The default route has one next hop, so all traffic takes ${winner.via[0]?.gateway ?? "it"}. ${why}`,
      remedy: host.remedies.run(),
    },
  ];
}

function shadowing(host: Case, winner: FoundRoute, shadowed: FoundRoute): DoctorFinding {
  const [hop] = winner.via;
  const via = hop?.gateway === undefined ? sh`` : sh` via ${hop.gateway}`;
  const dev = hop?.dev === undefined ? sh`` : sh` dev ${hop.dev}`;
  const renewed =
    winner.protocol === "boot"
      ? ""
      : " It comes back at the next renewal or reload unless its owner is told to give it a higher metric.";
  return {
    id: "default-shadowed",
    severity: "problem",
    seen: `${showRoute(winner)} goes before ${showRoute(shadowed)}`,
    cause: `The lower metric wins, so the route with several next hops is not used at all: ${whoSet(host, winner)}. \`ip route replace\` only replaces a route of the same metric.${renewed}`,
    remedy: host.remedies.host(sh`ip -4 route del default${via}${dev} metric ${winner.metric}`),
  };
}

function behind(winner: FoundRoute, others: readonly FoundRoute[]): readonly DoctorFinding[] {
  const later = others.filter(({ metric }) => metric > winner.metric);
  if (!isMultipath(winner) || later.length === 0) return [];
  return [
    {
      id: "default-behind",
      severity: "note",
      seen: later.map(showRoute).join("; "),
      cause: `Stays behind the route that wins, whose metric (${winner.metric}) is lower, and takes over if that one goes.`,
    },
  ];
}

function object({ nhid, via, metric }: FoundRoute): readonly DoctorFinding[] {
  if (nhid === undefined) return [];
  const key = { family: 4, table: "main", to: "default", metric } as const;
  const who = inBlock(nhid, firstId(showKey(key)))
    ? "A task `route` with `nexthops` made it."
    : "Something manages next hops as objects (`ip nexthop`), FRR for example. It may change them under the route.";
  return [
    {
      id: "default-object",
      severity: "note",
      seen: `the default route leads to the nexthop object ${nhid} (${via.length} next hops)`,
      cause: `${who} Objects, and the route with the last of them, go when their link loses its carrier, and nothing brings them back by itself; a resilient group does not look at neighbours at all.`,
    },
  ];
}
