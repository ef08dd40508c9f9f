import type { DoctorFinding } from "../../model/diagnosis.js";
import { sameHops, showHops } from "../../resources/route/state.js";
import type { Case, Finder } from "../case.js";
import { intended, routeUnit } from "../case.js";
import { WAITERS } from "../read/units.js";
import { known } from "../readings.js";
import { isMultipath, mainDefaults } from "../ways.js";
import { interfacesOf } from "./owner.js";

/** What the unit of the route will do at the next boot: whether its command can work then, and sets what is there now. */
export const unitAtBoot: Finder = (host) => [...adds(host), ...early(host), ...other(host)];

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
  const property = (name: string): string => routeUnit(host)?.get(name) ?? "";
  const words = (name: string): readonly string[] => property(name).split(" ");
  const waits = property("ExecStartPre") !== "" || !["", "no"].includes(property("Restart"));
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
