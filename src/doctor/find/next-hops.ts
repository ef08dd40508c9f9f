import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import { contains, parsePrefix } from "../../resources/route/address.js";
import type { FoundRoute } from "../../resources/route/read.js";
import type { Case, Finder } from "../case.js";
import { known } from "../readings.js";
import type { Family, Hop } from "../ways.js";
import { hopsOf, mainDefaults, routesOf } from "../ways.js";

/** Next hops of the default that wins: those that the kernel calls dead or without link, and gateways that can't be where they are said to be. */
export const nextHops: Finder = (host) =>
  ([4, 6] as const).flatMap((family) => {
    const [winner] = mainDefaults(host.readings, family) ?? [];
    if (winner === undefined) return [];
    return hopsOf(winner).flatMap((hop) => [
      ...lost(host, hop),
      ...offLink(host, family, hop),
      ...ownAddress(host, hop),
    ]);
  });

function lost({ readings, remedies }: Case, hop: Hop): readonly DoctorFinding[] {
  const { dev = "its interface" } = hop;
  const link = known(readings.links)?.find(({ name }) => name === dev);
  // One whose interface is off is called both, and so is one without link that is left out.
  const off = link?.up === false || !hop.flags.includes("linkdown");
  if (hop.flags.includes("dead") && off) {
    return [
      {
        id: "hop-dead",
        severity: "problem",
        seen: `${hop.text} is dead${link === undefined ? "" : `; ${dev} is ${link.up ? "up" : "down"}`}`,
        cause: `The kernel does not use this next hop: ${dev} is switched off, or was when the route was set.`,
        remedy: remedies.host(sh`ip link set ${dev} up`),
      },
    ];
  }
  if (!hop.flags.includes("linkdown")) return [];
  const settings = known(readings.settings);
  const ignores = ["all", dev].some(
    (name) => settings?.get(`net/ipv4/conf/${name}/ignore_routes_with_linkdown`) === "1",
  );
  const used = ignores
    ? "The kernel leaves it out as ignore_routes_with_linkdown is 1."
    : "ignore_routes_with_linkdown is 0, so the kernel still sends flows there, and they are lost.";
  return [
    {
      id: "hop-linkdown",
      severity: "problem",
      seen: `${hop.text} is linkdown: ${dev} has no carrier`,
      cause: `The link of ${dev} is gone: cable, switch port or virtual switch. ${used} When it comes back, see that the route is still there.`,
      ...(ignores
        ? {}
        : { remedy: remedies.host(sh`sysctl -w ${`net/ipv4/conf/${dev}/ignore_routes_with_linkdown`}=1`) }),
    },
  ];
}

/** Whether a connected network of the hop's interface holds the gateway; an address of link scope is on any link. */
function isOnLink(routes: readonly FoundRoute[], family: Family, { gateway = "", dev }: Hop): boolean {
  if (gateway.includes(":") && (/^fe[89ab]/i.test(gateway) || family === 4)) return true;
  return routes.some(({ to, via, type, table = "main" }) => {
    const [way] = via;
    if (way === undefined || way.gateway !== undefined || type !== "unicast" || table !== "main")
      return false;
    const prefix = parsePrefix(to, family);
    return to !== "default" && way.dev === dev && prefix !== null && contains(prefix, gateway);
  });
}

function offLink({ readings, remedies }: Case, family: Family, hop: Hop): readonly DoctorFinding[] {
  const routes = routesOf(readings, family);
  if (routes === undefined || hop.gateway === undefined || isOnLink(routes, family, hop)) return [];
  const addresses = known(readings.interfaces)?.find(({ name }) => name === hop.dev)?.addresses ?? [];
  const own = addresses.filter((one) => one.family === family).map((one) => `${one.address}/${one.prefix}`);
  const told =
    own.length === 0 ? `${hop.dev} has no IPv${family} address` : `${hop.dev} has ${own.join(", ")}`;
  const onlink = hop.onlink === true;
  return [
    {
      id: "hop-off-link",
      severity: "risk",
      seen: `${hop.text}${onlink ? " (onlink)" : ""}: no network of ${hop.dev} holds ${hop.gateway}; ${told}`,
      cause: onlink
        ? "`onlink` makes the kernel believe that the gateway is on the link whatever the addresses say: a wrong gateway, prefix or interface hides behind it. Right for gateways that are on the link under another network, as some hosters have it."
        : "The interface's address or prefix has changed since the route was set, or one of them is wrong: once the route is gone the kernel will refuse to set it again (Nexthop has invalid gateway).",
      remedy: remedies.run(),
    },
  ];
}

function ownAddress({ readings }: Case, hop: Hop): readonly DoctorFinding[] {
  const mine = known(readings.interfaces)?.find(({ addresses }) =>
    addresses.some(({ address }) => address === hop.gateway),
  );
  if (mine === undefined) return [];
  return [
    {
      id: "hop-own-address",
      severity: "problem",
      seen: `the gateway ${hop.gateway} is this host's own address on ${mine.name}`,
      cause:
        "A host can't be its own gateway: the address was given twice, or the gateway's was set here by mistake.",
    },
  ];
}
