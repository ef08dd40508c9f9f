/**
 * Turns private hosts into dual-NAT ECMP clients: outbound flows are spread over all gateways by the kernel, each flow
 * staying on the one that its hash chose, now and after a reboot.
 */
import {
  egress,
  failover,
  flowPrediction,
  gatewayForwards,
  neighbours,
  persistentRoute,
  playbook,
  renderTemplate,
  route,
  sysctl,
  sysctlEffective,
  systemdUnit,
  unitHealthy,
  z,
} from "surefoot";

const device = z
  .string()
  .regex(/^[^\s/]{1,15}$/, "an interface name has 1 to 15 characters, none of them a space or /");

const gateway = z.strictObject({
  /** The gateway's address on the hosts' own network. */
  address: z.ipv4(),
  /** The interface that faces it, where that is another than the others'. */
  interface: device.optional(),
  /** Share of the flows relative to the other gateways'. */
  weight: z.int().min(1).max(256).default(1),
  /** The address under which it is seen outside, where `verify` shall prove that. */
  egress: z.ipv4().optional(),
});

/** An address of no host (RFC 5737): the kernel is only asked which way flows to it would take. */
const ANYWHERE = "192.0.2.1";

/** Whether the kernel chooses by flow, not by addresses alone (Linux ip-sysctl, fib_multipath_hash_policy). */
const isPerFlow = (policy: number): boolean => policy === 1 || policy === 3;

/** Address and port of an endpoint whose URL holds an address; nothing where it holds a name. */
function endpointOf(url: string | undefined) {
  if (url === undefined) return {};
  const { hostname, port, protocol } = new URL(url);
  if (!z.ipv4().safeParse(hostname).success) return {};
  return { to: [{ address: hostname, port: Number(port) || (protocol === "https:" ? 443 : 80) }] };
}

/** Next hops, and the interfaces that they are on. */
function waysOf(vars: { interface: string; gateways: readonly z.output<typeof gateway>[] }) {
  const via = vars.gateways.map((one) => ({
    gateway: one.address,
    dev: one.interface ?? vars.interface,
    weight: one.weight,
  }));
  return { via, interfaces: [...new Set(via.map(({ dev }) => dev))] };
}

export default playbook({
  name: "ecmp",
  hosts: "clients",
  vars: z
    .object({
      /** The interface that faces the gateways, but for those that name another. */
      interface: device,
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
      /** An endpoint beyond the gateways that answers with the source address that it saw; `verify` connects to it. */
      echo_url: z.url({ protocol: /^https?$/ }).optional(),
      /** Connections that `verify` makes from each host to the endpoint. */
      echo_connections: z.int().min(1).max(5000).default(200),
      /**
       * auto: besides the unit, who owns the interface (systemd-networkd, NetworkManager, ...) is told of the route in its own language, so that it
       * puts it back by itself; where that is not possible, the host is refused. unit: the boot unit alone.
       */
      persist: z.enum(["auto", "unit"]).default("auto"),
      /** How a dead gateway is found and avoided; none: as the kernel does by itself, which takes minutes or for ever (docs/failover.md). */
      failover: z.enum(["none", "kernel", "pinned"]).default("none"),
      /** For pinned: hosts beyond the gateways that answer ping. */
      failover_targets: z.array(z.ipv4()).default([]),
      /** For pinned: seconds between two probes. */
      failover_interval: z.number().min(0.2).max(60).default(1),
    })
    // An owner keeps the routes of one interface, and would put its own part in place of the whole.
    .refine((vars) => vars.persist === "unit" || waysOf(vars).interfaces.length === 1, {
      path: ["gateways"],
      error:
        "on several interfaces they need persist: unit, since no owner of an interface keeps a route over others",
    }),

  tasks({ vars }) {
    const { via, interfaces } = waysOf(vars);
    const ways = {
      gateways: via.map(({ gateway, dev, weight }) => ({ address: gateway, interface: dev, weight })),
    };
    const setting = (key: string, value: number) => sysctl({ key, value, file: vars.sysctl_file });
    return [
      // Before the route: from the moment there are two ways out, replies may arrive by either.
      setting("net.ipv4.fib_multipath_hash_policy", vars.hash_policy),
      setting("net.ipv4.conf.all.rp_filter", vars.rp_filter),
      // A dot in an interface's name is written as a slash (sysctl.d(5)).
      ...interfaces.map((dev) =>
        setting(`net.ipv4.conf.${dev.replaceAll(".", "/")}.rp_filter`, vars.rp_filter),
      ),
      route({ to: "default", scope: "global", via }),
      systemdUnit({
        name: "ecmp-route.service",
        content: renderTemplate("templates/ecmp-route.service.hbs", { interfaces, via }),
        enabled: true,
        started: true,
      }),
      vars.persist === "auto" &&
        persistentRoute({
          dev: vars.interface,
          via: via.map(({ gateway, weight }) => ({ gateway, weight })),
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

  checks({ vars }) {
    const { via, interfaces } = waysOf(vars);
    const gateways = vars.gateways.map(({ address }) => address);
    const perFlow = isPerFlow(vars.hash_policy);
    const outside = vars.gateways.flatMap(({ egress, weight }) =>
      egress === undefined ? [] : [{ address: egress, weight }],
    );
    // What lasts beyond a boot is written only after a change has held, and how flows are shared out says nothing of whether they arrive.
    const noGate = { gate: false };
    const holds = (key: string, value: number) => sysctlEffective({ key, value }, noGate);
    return [
      holds("net.ipv4.fib_multipath_hash_policy", vars.hash_policy),
      ...interfaces.map((dev) =>
        holds(`net.ipv4.conf.${dev.replaceAll(".", "/")}.rp_filter`, vars.rp_filter),
      ),
      unitHealthy({ name: "ecmp-route.service" }, noGate),
      ...interfaces.map((dev) =>
        neighbours({
          gateways: via.filter((hop) => hop.dev === dev).map(({ gateway }) => gateway),
          interface: dev,
          probe: true,
        }),
      ),
      // By addresses alone all flows to one endpoint take one gateway: there is no way to choose another.
      perFlow && gatewayForwards({ gateways, ...endpointOf(vars.echo_url) }),
      perFlow &&
        flowPrediction(
          {
            to: [ANYWHERE],
            via: via.map(({ gateway, weight }) => ({ gateway, weight })),
          },
          noGate,
        ),
      vars.echo_url !== undefined &&
        outside.length === gateways.length &&
        egress(
          { url: vars.echo_url, expect: outside, connections: vars.echo_connections, balanced: perFlow },
          noGate,
        ),
    ];
  },
});
