import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import type { Case, Finder } from "../case.js";
import { known } from "../readings.js";
import { devicesOf, mainDefaults, routesOf } from "../ways.js";
import { interfacesOf } from "./owner.js";

/** The interfaces that the route needs: there, switched on, linked, with an address that nobody else has. */
export const addresses: Finder = (host) => [
  ...interfacesOf(host).flatMap((dev) => ofInterface(host, dev)),
  ...interfacesOf(host).flatMap((dev) => inVrf(host, dev)),
  ...twice(host),
  ...notInUse(host),
];

function ofInterface({ readings, remedies, unit }: Case, dev: string): readonly DoctorFinding[] {
  const links = known(readings.links);
  if (links === undefined) return [];
  const link = links.find(({ name }) => name === dev);
  if (link === undefined) {
    const there = links.map(({ name }) => name).filter((name) => name !== "lo");
    return [
      {
        id: "interface-missing",
        severity: "problem",
        seen: `${unit} names ${dev}; the host has ${there.join(", ") || "none but lo"}`,
        cause:
          "The interface is called otherwise since a change of hardware, kernel or naming rules, or is not there: the route can't be set.",
        remedy: remedies.run("-e", `interface=${there[0] ?? ""}`),
      },
    ];
  }
  if (!link.up) {
    return [
      {
        id: "interface-down",
        severity: "problem",
        seen: `${dev} is switched off`,
        cause: "An interface that is down has no routes: the kernel dropped them when it went down.",
        remedy: remedies.host(sh`ip link set ${dev} up`),
      },
    ];
  }
  if (!link.carrier) {
    return [
      {
        id: "interface-no-carrier",
        severity: "problem",
        seen: `${dev} is up, but has no carrier`,
        cause: "Nothing answers at the other end: cable, switch port, virtual switch, or the VLAN's parent.",
      },
    ];
  }
  const own = known(readings.interfaces)?.find(({ name }) => name === dev)?.addresses;
  if (own === undefined || own.some(({ family }) => family === 4)) return [];
  return [
    {
      id: "address-missing",
      severity: "problem",
      seen: `${dev} has no IPv4 address`,
      cause:
        "It was not given one yet (DHCP), or lost it; gateways in its network can't be reached, and routes over them are refused.",
    },
  ];
}

/** The kernel keeps the networks of an interface in the table of the VRF that it belongs to (Linux Documentation/networking/vrf.rst). */
function inVrf({ readings }: Case, dev: string): readonly DoctorFinding[] {
  const own = (routesOf(readings, 4) ?? []).find(
    ({ via: [hop], protocol, type, table = "main" }) =>
      hop?.dev === dev && protocol === "kernel" && type === "unicast" && table !== "main",
  );
  if (own?.table === undefined) return [];
  return [
    {
      id: "interface-in-vrf",
      severity: "problem",
      seen: `the network ${own.to} of ${dev} is in the table ${own.table}`,
      cause: `${dev} belongs to a VRF: what comes and goes by it uses the routes of that table, and the table main can't reach its gateways. A default route over ${dev} belongs in it: \`route\` takes \`table: ${own.table}\`. Or take ${dev} out of the VRF.`,
    },
  ];
}

function twice({ readings }: Case): readonly DoctorFinding[] {
  const where = new Map<string, string[]>();
  for (const { name, addresses } of known(readings.interfaces) ?? []) {
    for (const { address, scope } of addresses) {
      if (scope === "global") where.set(address, [...(where.get(address) ?? []), name]);
    }
  }
  return [...where]
    .filter(([, names]) => names.length > 1)
    .map(([address, names]) => ({
      id: "address-twice",
      severity: "risk",
      seen: `${address} stands on ${names.join(" and ")}`,
      cause:
        "The same address on two interfaces: answers leave by either, and neighbours learn either hardware address.",
    }));
}

/** IPv6 addresses that the kernel does not use, on the ways out of either family. */
function notInUse(host: Case): readonly DoctorFinding[] {
  const devices = [...interfacesOf(host), ...(mainDefaults(host.readings, 6) ?? []).flatMap(devicesOf)];
  const found = known(host.readings.interfaces)?.filter(({ name }) => devices.includes(name)) ?? [];
  return found.flatMap(({ name, addresses }) =>
    addresses.flatMap(({ address, prefix, unusable }): readonly DoctorFinding[] => {
      if (unusable === undefined) return [];
      const seen = `${address}/${prefix} on ${name} is ${unusable}`;
      return unusable === "dadfailed"
        ? [
            {
              id: "address-duplicate",
              severity: "problem",
              seen,
              cause:
                "Another machine on the link has this address, too: the kernel asked before using it (RFC 4862 section 5.4), was answered, and does not use it, now or later. `journalctl -k` has the other's hardware address. Give one of them another address; then this one must be removed and added again.",
            },
          ]
        : [
            {
              id: "address-tentative",
              severity: "risk",
              seen,
              cause:
                "The kernel is still asking whether another machine on the link has this address, and does not use it until then. That takes a second or two: look again. Where it stays so, the link has no carrier.",
            },
          ];
    }),
  );
}
