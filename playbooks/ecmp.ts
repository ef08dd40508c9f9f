/**
 * Turns private hosts into dual-NAT ECMP clients: outbound flows are spread over all gateways by the kernel, each flow
 * staying on the one that its hash chose, now and after a reboot.
 */
import { failover, playbook, renderTemplate, route, sysctl, systemdUnit, z } from "surefoot";

const gateway = z.strictObject({
  /** The gateway's address on the hosts' own network. */
  address: z.ipv4(),
  /** Share of the flows relative to the other gateways'. */
  weight: z.int().min(1).max(256).default(1),
});

export default playbook({
  name: "ecmp",
  hosts: "clients",
  vars: z.object({
    /** The interface that faces the gateways. */
    interface: z
      .string()
      .regex(/^[^\s/]{1,15}$/, "an interface name has 1 to 15 characters, none of them a space or /"),
    gateways: z.array(gateway).min(2, "ECMP needs at least two gateways"),
    /** 0: by addresses, 1: by addresses and ports, 2: by inner addresses, 3: custom (Linux ip-sysctl). */
    hash_policy: z.int().min(0).max(3).default(1),
    /** 0: off, 1: strict, 2: loose (Linux ip-sysctl). Replies may come back by another gateway, which strict drops. */
    rp_filter: z.int().min(0).max(2).default(2),
    sysctl_file: z
      .string()
      .startsWith("/etc/sysctl.d/")
      .endsWith(".conf")
      .default("/etc/sysctl.d/99-ecmp.conf"),
    /** How a dead gateway is found and avoided; none: as the kernel does by itself, which takes minutes or for ever (docs/failover.md). */
    failover: z.enum(["none", "kernel", "pinned"]).default("none"),
    /** For pinned: hosts beyond the gateways that answer ping. */
    failover_targets: z.array(z.ipv4()).default([]),
    /** For pinned: seconds between two probes. */
    failover_interval: z.number().min(0.2).max(60).default(1),
  }),

  tasks({ vars }) {
    const ways = {
      interface: vars.interface,
      gateways: vars.gateways.map(({ address, weight }) => ({ address, weight })),
    };
    const setting = (key: string, value: number) => sysctl({ key, value, file: vars.sysctl_file });
    return [
      // Before the route: from the moment there are two ways out, replies may arrive by either.
      setting("net.ipv4.fib_multipath_hash_policy", vars.hash_policy),
      setting("net.ipv4.conf.all.rp_filter", vars.rp_filter),
      // A dot in an interface's name is written as a slash (sysctl.d(5)).
      setting(`net.ipv4.conf.${vars.interface.replaceAll(".", "/")}.rp_filter`, vars.rp_filter),
      route({
        to: "default",
        scope: "global",
        via: vars.gateways.map(({ address, weight }) => ({ gateway: address, dev: vars.interface, weight })),
      }),
      systemdUnit({
        name: "ecmp-route.service",
        content: renderTemplate("templates/ecmp-route.service.hbs", {
          interface: vars.interface,
          gateways: vars.gateways,
        }),
        enabled: true,
        started: true,
      }),
      // After the route, which it builds on and never touches.
      vars.failover === "pinned"
        ? failover({
            mode: "pinned",
            ...ways,
            targets: vars.failover_targets,
            interval: vars.failover_interval,
          })
        : vars.failover === "kernel"
          ? failover({ mode: "kernel", ...ways })
          : failover({ mode: "none" }),
    ];
  },
});
