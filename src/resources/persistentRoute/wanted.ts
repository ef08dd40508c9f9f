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

/** The files that keep a route in each owner's language, as far as they are there or wanted; the keeper's comes last. */
export function filesOf(owner: Owner, p: Params, folders: readonly string[]): readonly string[] {
  const { ifupdown, dhclient } = hooks(p);
  const scripts = { "/etc/network/if-up.d": ifupdown, "/etc/dhcp/dhclient-exit-hooks.d": dhclient };
  const inFolders = Object.entries(scripts).flatMap(([folder, path]) =>
    folders.includes(folder) ? [path] : [],
  );
  const own: Partial<Record<Owner["name"], readonly string[]>> = {
    ifupdown: inFolders,
    dhclient: inFolders.filter((path) => path === dhclient),
  };
  const networkd = owner.file === undefined ? [] : [owner.file, dropInPath(owner.file)];
  const files = owner.name === "networkd" || owner.name === "netplan" ? networkd : own[owner.name];
  return [...(files ?? []), keeperPath(p)];
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
    keeper: { enabled: true, active: true },
  };
}
