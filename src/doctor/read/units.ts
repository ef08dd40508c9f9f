import { ProbeError } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { UNIT as FAILOVER } from "../../resources/failover/names.js";
import type { Shown } from "../../resources/unit/show.js";
import { parseShown } from "../../resources/unit/show.js";

/** A unit as systemd has it. A unit that is not there says so in LoadState. */
export type Unit = Shown;

/** Units by name; null where systemd does not run the host. */
export type Units = ReadonlyMap<string, Unit> | null;

/** What waits until the network is there, by who brings it up. */
export const WAITERS = {
  networkd: "systemd-networkd-wait-online.service",
  netplan: "systemd-networkd-wait-online.service",
  networkmanager: "NetworkManager-wait-online.service",
} as const;

/** Keepers of `persistentRoute`. */
export const KEEPER = /^surefoot-route-.*\.service$/;

const PROPERTIES = [
  "Id,LoadState,LoadError,UnitFileState,ActiveState,SubState,Result,NeedDaemonReload,FragmentPath",
  "ExecStartPre,ExecStart,Restart,After,Wants,Requires",
].join(",");

/** Tells of the unit that sets the route, of what Surefoot keeps beside it, and of what waits for the network: one process. */
export function unitsScript(unit: string): Sh {
  return sh`[ -d /run/systemd/system ] || { echo NoSystemd=yes; exit 0; }
set -- ${unit} ${FAILOVER} ${[...new Set(Object.values(WAITERS))]}
for f in /etc/systemd/system/surefoot-route-*.service; do [ ! -e "$f" ] || set -- "$@" "\${f##*/}"; done
exec systemctl show -p ${PROPERTIES} -- "$@"`;
}

/**
 * Reads the output of {@link unitsScript}.
 * @throws ProbeError where systemctl said nothing of a unit.
 */
export function parseUnits(output: string): Units {
  if (output.startsWith("NoSystemd=yes")) return null;
  const units = new Map<string, Unit>();
  for (const block of output.trim().split(/\n\n+/)) {
    const unit = parseShown(block);
    const id = unit.get("Id");
    if (id === undefined || unit.get("LoadState") === undefined)
      throw new ProbeError("systemctl said nothing of a unit", "Look at `systemctl status` on the host.");
    units.set(id, unit);
  }
  return units;
}

/** The last lines of a unit's log. */
export function logScript(unit: string): Sh {
  return sh`[ -d /run/systemd/system ] || exit 0
command -v journalctl >/dev/null || { echo 'journalctl is not on the host' >&2; exit 127; }
exec journalctl -q --no-pager -o short-iso -n 10 -u ${unit}`;
}

/** Reads the output of {@link logScript}. */
export function parseLog(output: string): readonly string[] {
  return output.split("\n").filter((line) => line.trim() !== "");
}
