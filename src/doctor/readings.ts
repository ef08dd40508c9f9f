import { network } from "../facts/network.js";
import { iproute2, kernel, systemd } from "../facts/versions.js";
import type { CheckOutput } from "../model/check.js";
import type { Unread } from "../model/diagnosis.js";
import { ProbeError } from "../model/resource.js";
import type { Sh } from "../model/sh.js";
import { sh } from "../model/sh.js";
import { CONTROLLER, readController } from "../resources/network/controller.js";
import { OWNERS } from "../resources/network/probe.js";
import type { Owners } from "../resources/network/read.js";
import { readOwners } from "../resources/network/read.js";
import { routesProbe } from "../resources/route/probe.js";
import { parseRoutes } from "../resources/route/read.js";
import type { Dropins } from "../resources/sysctl/dropins.js";
import { DUMP, parseDump } from "../resources/sysctl/dump.js";
import { FAILOVER, parseFailoverMarks } from "./read/failover.js";
import { GUARD, parseGuard } from "./read/guard.js";
import { LINKS, parseLinks } from "./read/links.js";
import { NEIGHBOURS, parseNeighbours } from "./read/neighbours.js";
import { parseRules, rulesScript } from "./read/rules.js";
import { DROPS, parseDrops, parseSettings, SETTINGS } from "./read/settings.js";
import { parseStorage, STORAGE } from "./read/storage.js";
import { logScript, parseLog, parseUnits, unitsScript } from "./read/units.js";

/** Something to be read on a host: a script, and a pure function that reads what it printed. */
interface Source<T> {
  /** For people: what is looked at. */
  readonly what: string;
  readonly script: Sh;
  /** @throws ProbeError where it can't be understood. */
  parse(output: string): T;
}

const source = <T>(what: string, script: Sh, parse: (output: string) => T): Source<T> => ({
  what,
  script,
  parse,
});

/** The list of files ends at an empty line, also where there are none; one that can't be read may say anything. */
function dropinsIn(output: string): Dropins {
  if (!/^((file|special|unreadable) \/.+\n)*\n/.test(output))
    throw new ProbeError("the list of files is not whole", "Run the command again.");
  const files = parseDump(output);
  const closed = [...files].find(([, { kind }]) => kind === "unreadable");
  if (closed !== undefined)
    throw new ProbeError(`${closed[0]} can't be read`, "Let it run as root: `become: true`.");
  return files;
}

/** Every host has an interface, lo. */
function ownersIn(output: string): Owners {
  const owners = readOwners(output);
  if (owners.size === 0) throw new ProbeError("no interface was listed", "Is /sys mounted on the host?");
  return owners;
}

/** A kernel without IPv6 has no routes of it. */
const six = sh`[ ! -d /proc/sys/net/ipv6 ] || {\n${routesProbe(6, "all")}\n}`;

/** All that is read of a host, by name. @param unit The unit that sets the route at boot. */
export function sources(unit: string) {
  return {
    kernel: source("the kernel's version", kernel.scripts[0] ?? sh`:`, (said) => kernel.parse([said])),
    iproute2: source("iproute2's version", iproute2.scripts[0] ?? sh`:`, (said) => iproute2.parse([said])),
    systemd: source("systemd's version", systemd.scripts[0] ?? sh`:`, (said) => systemd.parse([said])),
    routes4: source("the IPv4 routes of all tables", routesProbe(4, "all"), parseRoutes),
    routes6: source("the IPv6 routes of all tables", six, parseRoutes),
    rules4: source("the IPv4 routing rules", rulesScript(4), parseRules),
    rules6: source("the IPv6 routing rules", rulesScript(6), parseRules),
    interfaces: source(
      "the interfaces' addresses",
      sh`ip -j address show`,
      (said) => network.parse([said]).interfaces,
    ),
    links: source("the interfaces' links", LINKS, parseLinks),
    neighbours: source("the neighbours", NEIGHBOURS, parseNeighbours),
    settings: source("the kernel's live parameters", SETTINGS, parseSettings),
    drops: source("the count of packets dropped by their reverse path", DROPS, parseDrops),
    dropins: source("what sets parameters at boot", DUMP, dropinsIn),
    owners: source("who owns the interfaces", OWNERS, ownersIn),
    controller: source("the way back to this controller", CONTROLLER, readController),
    units: source(`${unit} and the units around it`, unitsScript(unit), parseUnits),
    log: source(`the log of ${unit}`, logScript(unit), parseLog),
    failover: source("what failover says of itself", FAILOVER, parseFailoverMarks),
    guard: source("changes that are not over", GUARD, parseGuard),
    storage: source("where settings are kept", STORAGE, parseStorage),
  };
}

type Sources = ReturnType<typeof sources>;

/** What came of reading something: it, or why it is not known. */
export type Reading<T> = { readonly value: T } | { readonly unread: Unread };

/** Everything that was read of a host. */
export type Readings = {
  readonly [N in keyof Sources]: Reading<Sources[N] extends Source<infer T> ? T : never>;
};

/** The value of a reading, undefined where it is not known. */
export function known<T>(reading: Reading<T>): T | undefined {
  return "value" in reading ? reading.value : undefined;
}

/** Reads what a script printed; what failed, was not found or can't be understood is unknown. */
function read<T>({ what, parse }: Source<T>, output: CheckOutput | Unread): Reading<T> {
  if ("why" in output) return { unread: { ...output, what } };
  if (output.exit !== 0) {
    const said = output.stderr.trim().split("\n").at(-1) ?? "";
    const why = said === "" ? `the script that reads it ended with exit ${output.exit}` : said;
    return { unread: { what, why, hint: "Does the command run on the host, as root?" } };
  }
  try {
    return { value: parse(output.stdout) };
  } catch (thrown) {
    if (!(thrown instanceof ProbeError)) throw thrown;
    return { unread: { what, why: thrown.message, hint: thrown.hint } };
  }
}

/**
 * Reads what the scripts of {@link sources} printed.
 * @param outputOf What the script of that name printed, or why that is not known.
 */
export function readAll(unit: string, outputOf: (name: string) => CheckOutput | Unread): Readings {
  const all = sources(unit);
  return {
    kernel: read(all.kernel, outputOf("kernel")),
    iproute2: read(all.iproute2, outputOf("iproute2")),
    systemd: read(all.systemd, outputOf("systemd")),
    routes4: read(all.routes4, outputOf("routes4")),
    routes6: read(all.routes6, outputOf("routes6")),
    rules4: read(all.rules4, outputOf("rules4")),
    rules6: read(all.rules6, outputOf("rules6")),
    interfaces: read(all.interfaces, outputOf("interfaces")),
    links: read(all.links, outputOf("links")),
    neighbours: read(all.neighbours, outputOf("neighbours")),
    settings: read(all.settings, outputOf("settings")),
    drops: read(all.drops, outputOf("drops")),
    dropins: read(all.dropins, outputOf("dropins")),
    owners: read(all.owners, outputOf("owners")),
    controller: read(all.controller, outputOf("controller")),
    units: read(all.units, outputOf("units")),
    log: read(all.log, outputOf("log")),
    failover: read(all.failover, outputOf("failover")),
    guard: read(all.guard, outputOf("guard")),
    storage: read(all.storage, outputOf("storage")),
  };
}
