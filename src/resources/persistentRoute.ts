import { defineResource } from "../model/resource.js";
import { CONTROLLER, readController } from "./network/controller.js";
import { OWNERS } from "./network/probe.js";
import { readOwners } from "./network/read.js";
import { foreseeDetails } from "./persistentRoute/foresee.js";
import { notes } from "./persistentRoute/notes.js";
import type { Params } from "./persistentRoute/params.js";
import { params } from "./persistentRoute/params.js";
import { detailProbe } from "./persistentRoute/probe.js";
import { readDetails } from "./persistentRoute/read.js";
import { refuseUnserved, soleOwner } from "./persistentRoute/refuse.js";
import type { PersistentRouteState } from "./persistentRoute/state.js";
import { steps } from "./persistentRoute/steps.js";
import { filesOf, wanted } from "./persistentRoute/wanted.js";

export type { PersistentRouteState } from "./persistentRoute/state.js";

/**
 * The *startup* configuration of an IPv4 default route, in the language of whatever owns its interface: a drop-in for systemd-networkd, routes in
 * NetworkManager's profile, scripts of ifupdown and dhclient, and a unit that puts the route back where nobody has. Without it the owner
 * undoes a route of `route` sooner or later: when a link goes down and up, at a restart, at a renewal. An owner that can't be served is refused
 * with the error `network-owner`, which names it, its file, and the setting to go on with.
 *
 * It belongs behind the `route` of the same next hops: the running route is not its business.
 *
 * @example persistentRoute({ dev: "eth1", via: [{ gateway: "192.168.1.1" }, { gateway: "192.168.1.10" }] })
 */
export const persistentRoute = defineResource(params, {
  kind: "persistentRoute",
  key: (p) => p.dev,
  title: (p) => `default route of ${p.dev}, kept by its owner`,
  probe: (p) => [OWNERS, detailProbe(p), CONTROLLER],
  parse: ([owners = "", details = ""], p) => readState(owners, details, p),
  target: (p, actual) => (actual === null ? null : wanted(p, actual)),
  steps,
  // The way back to who asks is worth a note, and part of no state.
  foresee: ([owners = "", details = ""], to) => [owners, foreseeDetails(details, to), null],
  notes: ([owners = "", , controller = ""], p) =>
    notes(p, readOwners(owners).get(p.dev) ?? [], readController(controller)),
});

function readState(owners: string, output: string, p: Params): PersistentRouteState {
  const owner = soleOwner(p, readOwners(owners).get(p.dev));
  const details = readDetails(output);
  refuseUnserved(p, owner, details);
  const paths = filesOf(owner, p, details.folders);
  return {
    owner: owner.name,
    files: Object.fromEntries(paths.map((path) => [path, details.files.get(path) ?? null])),
    ...(owner.name === "networkmanager" ? { routes: details.routes } : {}),
    keeper: details.keeper,
  };
}
