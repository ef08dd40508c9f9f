import { defineResource } from "../model/resource.js";
import { isWanted, readFound, readRoute, routeProbes } from "./route/actual.js";
import { routeNotes } from "./route/notes.js";
import { routeParams } from "./route/params.js";
import { showKey } from "./route/state.js";
import { routeSteps } from "./route/steps.js";
import { wanted } from "./route/wanted.js";

export type { RouteState } from "./route/state.js";

/**
 * A route of the running kernel, with one next hop or several that share the flows by their weights. Compared as the kernel means it:
 * next hops in another order are the same set (writing them anew would move flows), addresses in another spelling are the same. What is already so is not
 * written: any change of a table makes sockets choose anew. A route of another metric or table is another route; which one wins is
 * told.
 *
 * Its next hops may stand in nexthop objects, with a way there and back on which the route is there at every moment.
 *
 * @example route({ to: "default", via: [{ gateway: "192.168.1.1", dev: "eth1" }, { gateway: "192.168.1.10", dev: "eth1" }] })
 * @example route({ to: "10.0.0.0/8", gateway: "192.168.1.1", dev: "eth1" })
 * @example route({ to: "default", via: [...], nexthops: { type: "resilient", buckets: 256, idleTimer: 60 } })
 */
export const route = defineResource(routeParams, {
  kind: "route",
  key: ({ key }) => showKey(key),
  probe: routeProbes,
  parse: (outputs, p) => readRoute(readFound(outputs, p), p),
  target: wanted,
  steps: (from, to, { key }) => routeSteps(key, from, to),
  kernelOnly: true,
  ways: () => "route",
  notes: (outputs, p) => {
    const found = readFound(outputs, p);
    const [first] = found.own;
    const replaced = first === undefined || isWanted(p, first, found) ? undefined : first;
    return routeNotes({ ...found, p, hops: p.state === "absent" ? [] : p.via, replaced });
  },
});
