import type { Owner } from "../network/read.js";
import { dhclientHook, ifUpScript, keeperUnit } from "./keeper.js";
import { dropIn, withoutDefaults } from "./networkd.js";
import { withRoutes } from "./networkmanager.js";
import type { Params } from "./params.js";
import { hooks, keeperPath } from "./probe.js";
import type { KeptFile, PersistentRouteState } from "./state.js";

type Files = Record<string, KeptFile | null>;

/** Where networkd's drop-in for an interface's .network file is kept. */
export function dropInPath(file: string): string {
  return `/etc/systemd/network/${file.slice(file.lastIndexOf("/") + 1)}.d/50-surefoot.conf`;
}

/** The files that keep a route in each owner's language, as far as they are there or wanted. */
export function filesOf(owner: Owner, p: Params, folders: readonly string[]): readonly string[] {
  const { ifupdown, dhclient } = hooks(p);
  switch (owner.name) {
    case "networkd":
    case "netplan":
      return owner.file === undefined ? [] : [owner.file, dropInPath(owner.file)];
    case "networkmanager":
      return [];
    case "ifupdown":
      return [
        keeperPath(p),
        ...(folders.includes("/etc/network/if-up.d") ? [ifupdown] : []),
        ...(folders.includes("/etc/dhcp/dhclient-exit-hooks.d") ? [dhclient] : []),
      ];
    case "dhclient":
      return [keeperPath(p), ...(folders.includes("/etc/dhcp/dhclient-exit-hooks.d") ? [dhclient] : [])];
    default:
      return [keeperPath(p)];
  }
}

function textOf(path: string, p: Params, actual: KeptFile | null): string {
  const { ifupdown, dhclient } = hooks(p);
  if (path === keeperPath(p)) return keeperUnit(p);
  if (path === ifupdown) return ifUpScript(p);
  if (path === dhclient) return dhclientHook(p);
  if (path.endsWith(".network")) return withoutDefaults(actual?.text ?? "");
  return dropIn(p, path.replace(/^.*\/([^/]+)\.d\/[^/]+$/, "$1"));
}

/** The startup configuration that is wanted, given what is there. */
export function wanted(p: Params, actual: PersistentRouteState): PersistentRouteState {
  const files: Files = {};
  for (const [path, file] of Object.entries(actual.files)) {
    const text = textOf(path, p, file);
    const mode = file?.mode ?? (path === hooks(p).ifupdown ? "0755" : "0644");
    // An interface's own file that is in order stays as it is, also where it is not there any more.
    files[path] = file === null && path.endsWith(".network") ? null : { mode, text };
  }
  return {
    ...actual,
    files,
    ...(actual.routes === undefined ? {} : { routes: withRoutes(p, actual.routes) }),
    ...(actual.keeper === undefined ? {} : { keeper: { enabled: true, active: true } }),
  };
}
