import type {
  BootFacts,
  DefaultFacts,
  DoctorFacts,
  InterfaceFacts,
  SettingFacts,
  UnitFacts,
} from "../model/doctor-facts.js";
import { UNIT as FAILOVER } from "../resources/failover/names.js";
import { showOwner } from "../resources/network/read.js";
import { atBoot } from "../resources/sysctl/dropins.js";
import type { Case } from "./case.js";
import { intended } from "./case.js";
import { rpFilterAtBoot, rpFilterNow } from "./effective.js";
import { hashPolicyPath } from "./find/hash-policy.js";
import { neighbourOf } from "./find/neighbours.js";
import { interfacesOf } from "./find/owner.js";
import { ownRules } from "./find/rules.js";
import { KEEPER } from "./read/units.js";
import { known } from "./readings.js";
import type { Family } from "./ways.js";
import { hopsOf, mainDefaults } from "./ways.js";

/** What is, as plain data; null where it is not known. docs/doctor.md describes the fields. */
export function factsOf(host: Case): DoctorFacts {
  const { readings } = host;
  return {
    kernel: known(readings.kernel)?.text ?? null,
    iproute2: known(readings.iproute2)?.text ?? null,
    systemd: known(readings.systemd)?.version ?? null,
    controller: controllerFacts(host),
    default4: defaults(host, 4),
    default6: defaults(host, 6),
    rules: rulesFacts(host),
    interfaces: interfacesOf(host).map((dev) => interfaceFacts(host, dev)),
    hashPolicy: hashPolicyFacts(host, 4),
    hashPolicy6: hashPolicyFacts(host, 6),
    useNeigh: setting(host, "net/ipv4/fib_multipath_use_neigh"),
    ipForward: setting(host, "net/ipv4/ip_forward"),
    reversePathDrops: known(readings.drops) ?? null,
    unit: unitFacts(host),
    log: known(readings.log) ?? null,
    keepers: keepers(host),
    failover: failoverFacts(host),
  };
}

function controllerFacts({ readings }: Case): DoctorFacts["controller"] {
  const controller = known(readings.controller) ?? null;
  return controller === null ? null : { ...controller };
}

function defaults(host: Case, family: Family): readonly DefaultFacts[] | null {
  return (
    mainDefaults(host.readings, family)?.map((route, i) => ({
      wins: i === 0,
      metric: route.metric,
      protocol: route.protocol,
      type: route.type,
      ...(route.nhid === undefined ? {} : { nhid: route.nhid }),
      via: hopsOf(route).map((hop) => ({
        gateway: hop.gateway ?? null,
        dev: hop.dev ?? null,
        weight: hop.weight,
        flags: hop.flags,
        neighbour: neighbourOf(host, hop)?.state ?? null,
      })),
    })) ?? null
  );
}

function rulesFacts({ readings }: Case): DoctorFacts["rules"] {
  const four = known(readings.rules4);
  const six = known(readings.rules6);
  if (four === undefined || six === undefined) return null;
  return [
    ...ownRules(four).map(({ priority, text }) => ({ family: 4 as const, priority, text })),
    ...ownRules(six).map(({ priority, text }) => ({ family: 6 as const, priority, text })),
  ];
}

function interfaceFacts({ readings }: Case, dev: string): InterfaceFacts {
  const link = known(readings.links)?.find(({ name }) => name === dev);
  const own = known(readings.interfaces)?.find(({ name }) => name === dev);
  const settings = known(readings.settings);
  const files = known(readings.dropins);
  const filter = settings === undefined ? undefined : rpFilterNow(settings, dev);
  const boot = files === undefined ? undefined : rpFilterAtBoot(files, dev);
  return {
    name: dev,
    up: link?.up ?? null,
    carrier: link?.carrier ?? null,
    addresses: own?.addresses.map(({ address, prefix }) => `${address}/${prefix}`) ?? null,
    owners: known(readings.owners)?.get(dev)?.map(showOwner) ?? null,
    rpFilter: filter === undefined ? null : { ...filter },
    rpFilterAtBoot: atBootFacts(boot),
    ignoreLinkdown: settings?.get(`net/ipv4/conf/${dev}/ignore_routes_with_linkdown`) ?? null,
  };
}

function atBootFacts(line: BootFacts | null | undefined): BootFacts | null {
  return line === undefined || line === null ? null : { value: line.value, file: line.file, line: line.line };
}

function hashPolicyFacts(host: Case, family: Family): SettingFacts {
  const path = hashPolicyPath(family);
  const files = known(host.readings.dropins);
  return {
    live: setting(host, path),
    atBoot: atBootFacts(files === undefined ? undefined : atBoot(files, path)),
  };
}

function setting({ readings }: Case, path: string): string | null {
  return known(readings.settings)?.get(path) ?? null;
}

function unitFacts(host: Case): UnitFacts | null {
  const unit = known(host.readings.units)?.get(host.unit);
  if (unit === undefined) return null;
  const wanted = intended(host);
  return {
    name: host.unit,
    load: unit.get("LoadState") ?? "",
    enabled: unit.get("UnitFileState") ?? "",
    active: unit.get("ActiveState") ?? "",
    result: unit.get("Result") ?? "",
    needsReload: unit.get("NeedDaemonReload") === "yes",
    afterNetworkOnline: (unit.get("After") ?? "").split(" ").includes("network-online.target"),
    sets:
      wanted === null
        ? null
        : {
            verb: wanted.verb,
            via: wanted.via.map(({ gateway = null, dev = null, weight }) => ({ gateway, dev, weight })),
          },
  };
}

function keepers({ readings }: Case): DoctorFacts["keepers"] {
  const units = known(readings.units);
  if (units === undefined) return null;
  return [...(units ?? [])].flatMap(([name, unit]) =>
    KEEPER.test(name) ? [{ name, active: unit.get("ActiveState") ?? "" }] : [],
  );
}

function failoverFacts({ readings }: Case): DoctorFacts["failover"] {
  const marks = known(readings.failover);
  if (marks === undefined) return null;
  const active = known(readings.units)?.get(FAILOVER)?.get("ActiveState") ?? "";
  return { mode: marks.mode ?? "none", out: marks.out, active };
}
