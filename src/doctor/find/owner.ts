import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import type { Owner } from "../../resources/network/read.js";
import { showOwner } from "../../resources/network/read.js";
import type { Case, Finder } from "../case.js";
import { hasKeeper, intended } from "../case.js";
import { KEEPER } from "../read/units.js";
import { known } from "../readings.js";
import { devicesOf, isMultipath, mainDefaults } from "../ways.js";

/** Who owns the interfaces of the route, and whether that owner would undo it. */
export const owner: Finder = (host) => [
  ...keepers(host),
  ...interfacesOf(host).flatMap((dev) => ofInterface(host, dev)),
];

/** Interfaces of the route with several next hops, as it is or as the unit would set it. */
export function interfacesOf(host: Pick<Case, "readings" | "unit">): readonly string[] {
  const [winner] = mainDefaults(host.readings, 4) ?? [];
  return [...new Set([...devicesOf(winner), ...devicesOf(intended(host))])];
}

/** Units of `persistentRoute` that are there but do not run. */
function keepers({ readings, remedies }: Case): readonly DoctorFinding[] {
  return [...(known(readings.units) ?? [])].flatMap(([name, unit]): readonly DoctorFinding[] => {
    const active = unit.get("ActiveState") ?? "";
    if (!KEEPER.test(name) || active === "active" || unit.get("LoadState") === "not-found") return [];
    return [
      {
        id: "keeper-stopped",
        severity: "risk",
        seen: `${name} is ${active} (${unit.get("UnitFileState")})`,
        cause: "This is what puts the route back where it is missing; somebody has stopped it, or it fails.",
        remedy: remedies.host(sh`systemctl enable --now ${name}`),
      },
    ];
  });
}

/** What each owner does to a route that it has not made. */
const HABITS = {
  networkd:
    "systemd-networkd removes routes that it does not know when it is restarted (ManageForeignRoutes=yes is the default), and puts only its own back when the link goes down and up",
  netplan:
    "netplan's systemd-networkd removes routes that it does not know, and puts only those of /etc/netplan back",
  networkmanager: "NetworkManager removes routes that it does not know when it applies its profile again",
  dhclient: "dhclient sets the server's router again at a renewal or a new lease",
  dhcpcd: "dhcpcd sets the server's router again at a renewal or a new lease",
  udhcpc: "udhcpc sets the server's router again at a renewal or a new lease",
  ifupdown: "ifupdown sets its own gateway at ifup, and puts nothing back when the link goes down and up",
  none: "nobody puts the route back when the link goes down and up: the kernel drops the routes of an interface that goes down",
} as const satisfies Record<Owner["name"], string>;

/** Owners that take a route away by themselves; with the others it only goes when the link does. */
const UNDO: readonly Owner["name"][] = [
  "networkd",
  "netplan",
  "networkmanager",
  "dhclient",
  "dhcpcd",
  "udhcpc",
];

function ofInterface(host: Case, dev: string): readonly DoctorFinding[] {
  const owners = known(host.readings.owners)?.get(dev);
  if (owners === undefined) return [];
  return [...several(dev, owners), ...undone(host, dev, owners), ...cloudInit(dev, owners)];
}

function several(dev: string, owners: readonly Owner[]): readonly DoctorFinding[] {
  if (owners.length < 2) return [];
  return [
    {
      id: "owner-several",
      severity: "risk",
      seen: `${dev} is managed by ${owners.map(showOwner).join(" and by ")}`,
      cause:
        "Each undoes what the other sets: addresses and routes change by who came last. Let only one of them have the interface.",
    },
  ];
}

function undone(host: Case, dev: string, owners: readonly Owner[]): readonly DoctorFinding[] {
  const { readings, remedies } = host;
  const units = known(readings.units);
  const storage = known(readings.storage);
  const [winner] = mainDefaults(readings, 4) ?? [];
  if (units === undefined || storage === undefined || !isMultipath(winner)) return [];
  const [first] = owners;
  const native = storage.multipath.length > 0 && ["networkd", "netplan"].includes(first?.name ?? "");
  if (first === undefined || hasKeeper(host) || native) return [];
  const foreign =
    first.name === "networkd" ? storage.foreign.map((line) => ` (${line.trim()})`).join("") : "";
  const undoes = UNDO.includes(first.name);
  return [
    {
      id: undoes ? "owner-undoes" : "owner-no-keeper",
      severity: undoes ? "risk" : "note",
      seen: `${dev} is managed by ${showOwner(first)}${foreign}, which was not told of the route`,
      cause: `${HABITS[first.name]}. A unit that runs at boot sets it once, and not again.`,
      remedy: remedies.run("-e", "persist=auto"),
    },
  ];
}

function cloudInit(dev: string, owners: readonly Owner[]): readonly DoctorFinding[] {
  const files = owners[0]?.cloudInit ?? [];
  if (files.length === 0) return [];
  return [
    {
      id: "owner-cloud-init",
      severity: "note",
      seen: `${files.join(", ")} was written by cloud-init; ${dev} is configured beside it`,
      cause:
        "cloud-init may write it again at a boot, and undo changes in it; `network: {config: disabled}` in /etc/cloud/cloud.cfg.d keeps it off.",
    },
  ];
}
