import type { Controller } from "../network/controller.js";
import type { Owner, OwnerName } from "../network/read.js";
import { showOwner } from "../network/read.js";
import type { Params } from "./params.js";

/** What each owner does to routes that it has not made. */
const HABITS: Readonly<Record<OwnerName, string>> = {
  networkd:
    "puts only its own routes back when the link goes down and up, and may remove others at a restart",
  netplan: "has systemd-networkd put back only what /etc/netplan says",
  networkmanager: "removes routes that it does not know when it reapplies its profile",
  ifupdown: "sets its own gateway at ifup, and puts nothing back when the link goes down and up",
  dhclient: "sets the server's router when the lease is bound or changes",
  dhcpcd: "sets the server's router when the lease is bound or changes",
  udhcpc: "sets the server's router when the lease is bound or changes",
  none: "so nothing puts a route back when the link goes down and up",
};

/** What the reader should know of who owns the interface, and of the way that the change travels on. */
export function notes(p: Params, owners: readonly Owner[], controller: Controller | null): readonly string[] {
  return [
    ...owners.map((owner) =>
      `${p.dev} is managed by ${showOwner(owner)}, which ${HABITS[owner.name]}`.replace(", which so", ", so"),
    ),
    ...owners
      .slice(0, 1)
      .flatMap(({ cloudInit = [] }) =>
        cloudInit.length === 0
          ? []
          : [
              `${cloudInit.join(", ")} was written by cloud-init, which may write it again at a boot (network: {config: disabled} in /etc/cloud/cloud.cfg.d keeps it off)`,
            ],
      ),
    ...throughDefault(p, controller),
  ];
}

function throughDefault({ via }: Params, controller: Controller | null): readonly string[] {
  if (controller === null || !controller.route.startsWith("default ")) return [];
  const already = via.every(({ gateway }) => controller.route.includes(`via ${gateway} `));
  return already
    ? []
    : [
        `this controller (${controller.address}) is reached through the default route that is about to change`,
      ];
}
