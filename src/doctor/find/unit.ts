import type { DoctorFinding } from "../../model/diagnosis.js";
import { sh } from "../../model/sh.js";
import type { Case, Finder } from "../case.js";
import { hasKeeper, routeUnit } from "../case.js";
import { known } from "../readings.js";
import { isMultipath, mainDefaults } from "../ways.js";
import { whyFailed } from "./unit-log.js";

/** The unit that sets the route at boot: whether it is there, starts, and worked. */
export const unit: Finder = (host) => {
  const { readings } = host;
  const units = known(readings.units);
  if (units === undefined) return [];
  if (units === null) return [noSystemd];
  if (routeUnit(host) === undefined) return missing(host);
  const masked = loaded(host);
  return masked.length > 0 ? masked : [...disabled(host), ...failed(host), ...stale(host)];
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
  const storage = known(readings.storage);
  if (!isMultipath(winner) || storage === undefined || hasKeeper(host) || storage.multipath.length > 0)
    return [];
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
