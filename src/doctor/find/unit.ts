import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import { sameHops, showHops } from "../../resources/route/state.js";
import type { Case, Finder } from "../case.js";
import { intended, routeUnit } from "../case.js";
import { KEEPER, WAITERS } from "../read/units.js";
import { known } from "../readings.js";
import { isMultipath, mainDefaults } from "../ways.js";
import { interfacesOf } from "./owner.js";
import { whyFailed } from "./unit-log.js";

/** The unit that sets the route at boot: whether it is there, starts, worked, and would set what is there now. */
export const unit: Finder = (host) => {
  const { readings } = host;
  const units = known(readings.units);
  if (units === undefined) return [];
  if (units === null) return [noSystemd];
  if (routeUnit(host) === undefined) return missing(host);
  const masked = loaded(host);
  return masked.length > 0
    ? masked
    : [...disabled(host), ...failed(host), ...stale(host), ...adds(host), ...early(host), ...other(host)];
};

const noSystemd: DoctorFinding = {
  id: "systemd-missing",
  severity: "note",
  seen: "systemd does not run this host",
  cause: "No unit can set the route at boot; whoever does that here, Surefoot does not know it.",
};

function property(host: Case, name: string): string {
  return routeUnit(host)?.get(name) ?? "";
}

function missing(host: Case): readonly DoctorFinding[] {
  const { readings, remedies, unit: name } = host;
  const [winner] = mainDefaults(readings, 4) ?? [];
  const kept =
    [...(known(readings.units)?.keys() ?? [])].some((one) => KEEPER.test(one)) ||
    (known(readings.storage)?.multipath.length ?? 0) > 0;
  if (!isMultipath(winner) || kept) return [];
  return [
    {
      id: "unit-missing",
      severity: "risk",
      seen: `there is no ${name}, and nothing else that sets the route is known`,
      cause:
        "The route was set by hand: it is gone after the next boot. If another unit sets it, name that by --unit.",
      remedy: remedies.run(),
    },
  ];
}

/** Masked, or not to be loaded at all: then nothing else of it counts. */
function loaded(host: Case): readonly DoctorFinding[] {
  const { remedies, unit: name } = host;
  const load = property(host, "LoadState");
  if (load === "masked") {
    return [
      {
        id: "unit-masked",
        severity: "risk",
        seen: `${name} is masked (${property(host, "FragmentPath") || "a link to /dev/null"})`,
        cause:
          "Somebody has switched it off so that nothing can start it: the route is not set at boot, and Surefoot refuses to touch it.",
        remedy: remedies.host(sh`systemctl unmask ${name}`),
      },
    ];
  }
  if (load === "loaded") return [];
  const said = /"(.*)"$/.exec(property(host, "LoadError"))?.[1] ?? property(host, "LoadError");
  return [
    {
      id: "unit-broken",
      severity: "risk",
      seen: `${name} is ${load}${said === "" ? "" : `: ${said}`}`,
      cause: "systemd can't load its file, so the route is not set at boot: a setting in it is wrong.",
      remedy: remedies.run(),
    },
  ];
}

function disabled(host: Case): readonly DoctorFinding[] {
  const state = property(host, "UnitFileState");
  if (state !== "disabled" && state !== "enabled-runtime") return [];
  return [
    {
      id: "unit-disabled",
      severity: "risk",
      seen: `${host.unit} is ${state}`,
      cause: "It is not started at boot: the route is gone after the next one.",
      remedy: host.remedies.host(sh`systemctl enable ${host.unit}`),
    },
  ];
}

function failed(host: Case): readonly DoctorFinding[] {
  const { readings, remedies, unit: name } = host;
  const [active, result] = [property(host, "ActiveState"), property(host, "Result")];
  const severity = isMultipath(mainDefaults(readings, 4)?.[0]) ? "risk" : "problem";
  if (active === "failed" || (active !== "active" && result !== "" && result !== "success")) {
    const log = known(readings.log);
    const why = whyFailed(log ?? []);
    const last = why?.line ?? log?.at(-1);
    return [
      {
        id: why?.id ?? "unit-failed",
        severity,
        seen: `${name} is ${active} (${result})${last === undefined ? "" : `; its log: ${last}`}`,
        cause: why?.cause ?? "Its command failed when it was last started; its log says more.",
        remedy: why?.restart === true ? remedies.host(sh`systemctl restart ${name}`) : remedies.run(),
      },
    ];
  }
  if (active !== "inactive" || property(host, "UnitFileState") !== "enabled") return [];
  return [
    {
      id: "unit-inactive",
      severity,
      seen: `${name} is enabled, but inactive`,
      cause:
        "It was stopped, or has not been started since it was enabled, or does not say RemainAfterExit=yes, without which a oneshot is inactive as soon as it is done.",
      remedy: remedies.host(sh`systemctl start ${name}`),
    },
  ];
}

function stale(host: Case): readonly DoctorFinding[] {
  if (property(host, "NeedDaemonReload") !== "yes") return [];
  return [
    {
      id: "unit-stale",
      severity: "risk",
      seen: `${host.unit}: systemd has not read its file as it is now`,
      cause: "The file was changed without a reload: a restart runs the old one, the next boot the new one.",
      remedy: host.remedies.host(sh`systemctl daemon-reload && systemctl restart ${host.unit}`),
    },
  ];
}

function adds(host: Case): readonly DoctorFinding[] {
  if (intended(host)?.verb !== "add") return [];
  return [
    {
      id: "unit-adds",
      severity: "risk",
      seen: `${host.unit} runs \`ip route add default ...\``,
      cause:
        '`add` fails with "File exists" where a default of that metric is there already, as one from DHCP or the network\'s own configuration is at boot; `replace` does not.',
      remedy: host.remedies.run(),
    },
  ];
}

/** Started before the network is there, with nothing that waits or tries again. */
function early(host: Case): readonly DoctorFinding[] {
  const words = (name: string): readonly string[] => property(host, name).split(" ");
  const waits = property(host, "ExecStartPre") !== "" || !["", "no"].includes(property(host, "Restart"));
  if (waits || intended(host) === null) return [];
  const online = "network-online.target";
  const after = words("After").includes(online);
  const pulls = [...words("Wants"), ...words("Requires")].includes(online);
  if (after && pulls) return offline(host);
  return [
    {
      id: "unit-early",
      severity: "risk",
      seen: after
        ? `${host.unit} is ordered after ${online}, but does not want it`
        : `${host.unit} is not ordered after ${online}, and does not wait or try again`,
      cause: after
        ? "Ordering alone starts nothing: where nobody else wants that target, the unit starts at once, maybe before the interface has its address (Nexthop has invalid gateway)."
        : "At boot it may run before the interface has its address, and the kernel refuses the route (Nexthop has invalid gateway); nothing tries again.",
      remedy: host.remedies.run(),
    },
  ];
}

/** network-online.target is reached at once where nothing waits for the network before it. */
function offline(host: Case): readonly DoctorFinding[] {
  const owners = interfacesOf(host).flatMap((dev) => known(host.readings.owners)?.get(dev) ?? []);
  const waiter = owners.flatMap(({ name }) => (isWaited(name) ? [WAITERS[name]] : []))[0];
  const state =
    waiter === undefined ? undefined : known(host.readings.units)?.get(waiter)?.get("UnitFileState");
  if (
    waiter === undefined ||
    state === undefined ||
    !["disabled", "masked", "masked-runtime"].includes(state)
  )
    return [];
  return [
    {
      id: "unit-early",
      severity: "risk",
      seen: `${waiter} is ${state}; ${host.unit} waits for network-online.target and nothing else`,
      cause:
        "Nothing holds that target back until the network is there: at boot the unit may run before the interface has its address (Nexthop has invalid gateway), and nothing tries again.",
      remedy: host.remedies.run(),
    },
  ];
}

function isWaited(name: string): name is keyof typeof WAITERS {
  return Object.hasOwn(WAITERS, name);
}

/** The route that is there is not the one that the unit sets. */
function other(host: Case): readonly DoctorFinding[] {
  const wanted = intended(host);
  const [winner] = mainDefaults(host.readings, 4) ?? [];
  if (wanted === null || winner === undefined || !isMultipath(winner)) return [];
  const named = { ...winner, via: winner.via.map(({ onlink: _onlink, ...hop }) => hop) };
  const via = wanted.via.map(({ onlink: _onlink, ...hop }) => hop);
  if (sameHops(named.via, via)) return [];
  return [
    {
      id: "unit-other-route",
      severity: "risk",
      seen: `${host.unit} sets ${showHops({ ...winner, via })}; there is ${showHops(named)}`,
      cause: "Gateways or weights were changed on one side only: the next boot sets what the unit says.",
      remedy: host.remedies.run(),
    },
  ];
}
