import { sameJson } from "../../model/json.js";
import type { Step } from "../../model/resource.js";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import { writeFile } from "../content/write.js";
import { whereKnown } from "../unit/known.js";
import { MARK } from "./networkd.js";
import type { Params } from "./params.js";
import { keeperName } from "./params.js";
import { DROP_IN } from "./probe.js";
import type { KeptFile, PersistentRouteState } from "./state.js";

const QUIET = { layer: "startup", cuts: false } as const;
const CUTS = { layer: "startup", cuts: true } as const;

/** The steps from one startup configuration to another: off, files, on. Nothing here changes the running route on purpose. */
export function steps(
  from: PersistentRouteState | null,
  to: PersistentRouteState | null,
  p: Params,
): readonly Step[] {
  if (from === null || to === null) return [];
  const paths = [...new Set([...Object.keys(from.files), ...Object.keys(to.files)])];
  const changed = paths.filter((path) => !sameJson(from.files[path] ?? null, to.files[path] ?? null));
  return [
    ...offSteps(from, to, p),
    ...changed.map((path) => fileStep(path, from.files[path] ?? null, to.files[path] ?? null)),
    ...networkdSteps(changed, to),
    ...profileSteps(from, to, p),
    ...onSteps(
      from,
      to,
      p,
      changed.some((path) => path.endsWith(`/${keeperName(p)}`)),
    ),
  ];
}

function fileStep(path: string, from: KeptFile | null, to: KeptFile | null): Step {
  if (to === null) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const tidy = path.endsWith(`/${DROP_IN}`) ? sh`\nrmdir -- ${folder} 2>/dev/null || :` : sh``;
    return { title: `remove ${path}`, run: sh`rm -f -- ${path}${tidy}`, ...QUIET };
  }
  const run = writeFile(path, { text: to.text }, { mode: to.mode });
  if (from === null) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    return { title: `create ${path}`, run: sh`mkdir -p -- ${folder}\n${run}`, ...QUIET };
  }
  const off = to.text.split("\n").filter((line) => line.startsWith(MARK) && !from.text.includes(line));
  const what = off.map((line) => line.slice(MARK.length)).join(", ");
  const title = what === "" ? `write ${path}` : `make comments in ${path} of ${what}`;
  return { title, run, ...QUIET };
}

/**
 * networkd reads its files again only when told. A restart leaves the running route, addresses and flows alone where it is already as wanted
 * (systemd 252: no message to the kernel but the address's own), while `reload` takes the changed link's addresses off and puts them on
 * again. Backwards it is the other way about: only `reload` removes a route that the files no longer hold.
 */
function networkdSteps(changed: readonly string[], to: PersistentRouteState): readonly Step[] {
  if (to.owner !== "networkd" && to.owner !== "netplan") return [];
  if (!changed.some((path) => path.includes("/systemd/network/"))) return [];
  const forward = Object.entries(to.files).some(
    ([path, file]) => path.endsWith(`/${DROP_IN}`) && file !== null,
  );
  return [
    forward
      ? { title: "restart systemd-networkd", run: sh`systemctl restart systemd-networkd.service`, ...CUTS }
      : { title: "reload systemd-networkd", run: sh`networkctl reload`, ...CUTS },
  ];
}

/** reapply(nmcli(1)) changes what differs on the device; without it a link that goes down and up gets the old routes. */
function profileSteps(
  from: PersistentRouteState,
  to: PersistentRouteState,
  { dev }: Params,
): readonly Step[] {
  if (to.routes === undefined || sameJson(from.routes, to.routes)) return [];
  const routes = to.routes.join(", ");
  const title =
    routes === ""
      ? `take the routes out of NetworkManager's profile of ${dev}`
      : `set the routes of NetworkManager's profile of ${dev}: ${routes}`;
  const run = sh`u=$(nmcli -t -f DEVICE,CON-UUID device status | while IFS=: read -r a b; do if [ "$a" = ${dev} ]; then echo "$b"; fi; done)
nmcli connection modify uuid "$u" ipv4.routes ${routes}
nmcli device reapply ${dev} >/dev/null`;
  return [{ title, run, ...CUTS }];
}

function offSteps(from: PersistentRouteState, to: PersistentRouteState, p: Params): readonly Step[] {
  const name = keeperName(p);
  const stop = from.keeper.active && !to.keeper.active;
  const disable = from.keeper.enabled && !to.keeper.enabled;
  const act = (title: string, run: Sh): readonly Step[] => [{ title: `${title} ${name}`, run, ...QUIET }];
  if (stop && disable)
    return act("stop and disable", whereKnown(sh`systemctl disable --quiet --now -- ${name}`, name));
  if (stop) return act("stop", whereKnown(sh`systemctl stop -- ${name}`, name));
  return disable ? act("disable", whereKnown(sh`systemctl disable --quiet -- ${name}`, name)) : [];
}

function onSteps(
  from: PersistentRouteState,
  to: PersistentRouteState,
  p: Params,
  changed: boolean,
): readonly Step[] {
  const name = keeperName(p);
  const enable = !from.keeper.enabled && to.keeper.enabled;
  const start = !from.keeper.active && to.keeper.active;
  const act = (title: string, run: Sh): Step => ({ title: `${title} ${name}`, run, ...QUIET });
  if (enable && start) return [act("enable and start", sh`systemctl enable --quiet --now -- ${name}`)];
  return [
    ...(enable ? [act("enable", sh`systemctl enable --quiet -- ${name}`)] : []),
    ...(changed && !enable ? [{ title: "reload systemd", run: sh`systemctl daemon-reload`, ...QUIET }] : []),
    ...(start ? [act("start", sh`systemctl start -- ${name}`)] : []),
    ...(changed && from.keeper.active && to.keeper.active
      ? [act("restart", sh`systemctl restart -- ${name}`)]
      : []),
  ];
}
