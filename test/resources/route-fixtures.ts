import type { route } from "../../src/resources/route.js";

/** What a playbook says of a route. */
export type Params = Parameters<typeof route>[0];

/** As the guide has it. */
export const ecmp = {
  to: "default",
  scope: "global",
  via: [
    { gateway: "192.168.1.1", dev: "eth1", weight: 1 },
    { gateway: "192.168.1.10", dev: "eth1", weight: 1 },
  ],
} as const;

const common = { type: "unicast", dst: "default", protocol: "boot", scope: "global", flags: [] };

/** A next hop as `ip -j -d` prints it. */
export const hop = (gateway: string, weight = 1) => ({ gateway, dev: "eth1", weight, flags: [] });

/** A default with one next hop, as `ip -j -d` prints it. */
export const one = { ...common, gateway: "192.168.1.1", dev: "eth1" };

/** The guide's default, as `ip -j -d` prints it. */
export const two = { ...common, nexthops: [hop("192.168.1.1"), hop("192.168.1.10")] };

/** What the probe gives for these routes, where no text is needed. */
export const printed = (...routes: readonly object[]): string => `${JSON.stringify(routes)}\n`;
