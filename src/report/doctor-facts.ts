import type {
  BootFacts,
  DefaultFacts,
  DoctorFacts,
  HopFacts,
  InterfaceFacts,
  SettingFacts,
  UnitFacts,
} from "../model/doctor-facts.js";
import { oneLine } from "./text.js";

const UNKNOWN = "not known";

/** What is on a host, a line each: a word, and what is to be said of it. */
export function showFacts(facts: DoctorFacts): readonly string[] {
  const { kernel, iproute2, systemd } = facts;
  const rules = facts.rules?.map((rule) => `IPv${rule.family} ${rule.priority}: ${rule.text}`);
  const said: readonly (readonly [word: string, text: string])[] = [
    ["host", `Linux ${kernel ?? UNKNOWN}, iproute2 ${iproute2 ?? UNKNOWN}, systemd ${systemd ?? UNKNOWN}`],
    ...defaultLines("default", facts.default4),
    ...(facts.default6?.length === 0 ? [] : defaultLines("default 6", facts.default6)),
    ["rules", rules === undefined ? UNKNOWN : rules.join("; ") || "the usual ones"],
    ...facts.interfaces.map((one) => [one.name, interfaceText(one)] as const),
    ["hash policy", settingText(facts.hashPolicy)],
    ["failure", `fib_multipath_use_neigh ${facts.useNeigh ?? UNKNOWN}; ${failoverText(facts.failover)}`],
    ["unit", facts.unit === null ? UNKNOWN : unitText(facts.unit)],
    ...(facts.keepers ?? []).map(({ name, active }) => ["keeper", `${name}: ${active}`] as const),
    ...controllerLine(facts.controller),
  ];
  return said.map(([word, text]) => `${oneLine(word).padEnd(12)} ${oneLine(text)}`);
}

type Line = readonly [word: string, text: string];

function defaultLines(word: string, routes: readonly DefaultFacts[] | null): readonly Line[] {
  if (routes === null) return [[word, UNKNOWN]];
  if (routes.length === 0) return [[word, "none"]];
  return routes.map((route) => {
    const hops = route.via.map((hop) => hopText(hop, route.via.length > 1));
    const what = hops.join(", ") || route.type;
    return [route.wins ? word : "  behind it", `metric ${route.metric} ${what} (${route.protocol})`];
  });
}

function hopText({ gateway, dev, weight, flags, neighbour }: HopFacts, several: boolean): string {
  const words = [
    ...(gateway === null ? [] : [`via ${gateway}`]),
    ...(dev === null ? [] : [`dev ${dev}`]),
    ...(several ? [`weight ${weight}`] : []),
    ...flags,
    ...(gateway === null ? [] : [`[${neighbour?.toLowerCase() ?? "no neighbour entry"}]`]),
  ];
  return words.join(" ");
}

function interfaceText({ up, carrier, addresses, owners, rpFilter, rpFilterAtBoot }: InterfaceFacts): string {
  const link = up === null ? UNKNOWN : up ? (carrier === true ? "up" : "up, no carrier") : "down or absent";
  const filter =
    rpFilter === null
      ? `rp_filter ${UNKNOWN}`
      : `rp_filter ${rpFilter.used} (all ${rpFilter.all}, own ${rpFilter.own}; ${bootText(rpFilterAtBoot)})`;
  return `${link}; ${addresses?.join(", ") ?? UNKNOWN}; owner ${owners?.join(" and ") ?? UNKNOWN}; ${filter}`;
}

function bootText(boot: BootFacts | null): string {
  return boot === null
    ? "no file sets it"
    : `at boot ${boot.value ?? "left alone"} by ${boot.file}:${boot.line}`;
}

function settingText({ live, atBoot }: SettingFacts): string {
  return `${live ?? UNKNOWN}; ${bootText(atBoot)}`;
}

function failoverText(failover: DoctorFacts["failover"]): string {
  if (failover === null) return `failover ${UNKNOWN}`;
  return failover.mode === "none" ? "no failover" : `failover ${failover.mode}: ${failover.active}`;
}

function unitText({ name, load, enabled, active, result, sets }: UnitFacts): string {
  if (load === "not-found") return `there is no ${name}`;
  const route = sets?.via.map(({ gateway }) => gateway).join(", ");
  return `${name}: ${load}, ${enabled || "no file"}, ${active} (${result})${route === undefined ? "" : `; sets ${route}`}`;
}

function controllerLine(controller: DoctorFacts["controller"]): readonly Line[] {
  return controller === null
    ? []
    : [["login", `from ${controller.address}, answered by ${controller.route || UNKNOWN}`]];
}
