import { isIPv4 } from "node:net";
import { z } from "zod";

/** Parameters of a default route that is to be kept. */
export const params = z.strictObject({
  /** The interface that faces the gateways. */
  dev: z
    .string()
    .regex(
      /^[A-Za-z0-9_.:@-]{1,15}$/,
      "an interface name has 1 to 15 letters, digits, dots, dashes, underscores, colons or @",
    ),
  /** The gateways; several share the flows by their weights. IPv4, metric 0, table main. */
  via: z
    .array(
      z.strictObject({
        gateway: z.string().refine(isIPv4, "this is no IPv4 address"),
        /** Share of the flows relative to the other gateways'. */
        weight: z.int().min(1).max(256).default(1),
      }),
    )
    .min(1)
    .readonly()
    .refine(
      (via) => new Set(via.map(({ gateway }) => gateway)).size === via.length,
      "a gateway is named twice",
    ),
  /**
   * In whose language: `auto`, as found on the host; `none`, as though nobody owned the interface: a unit of its own puts the route back
   * where it is missing, whatever else goes on there.
   */
  owner: z.enum(["auto", "none"]).default("auto"),
});

/** Parameters, validated. */
export type Params = z.output<typeof params>;

/** The interface's name as a part of file names: run-parts(8) leaves out names with a dot. */
export function slug({ dev }: Params): string {
  return dev.replace(/[.:@]/g, "_");
}

/** The keeper's unit. */
export function keeperName(p: Params): string {
  return `surefoot-route-${slug(p)}.service`;
}

/** The command that makes the route, in one line of letters that no shell, systemd or sed treats specially. */
export function replaceRoute({ dev, via }: Params): string {
  const hop = ({ gateway, weight }: Params["via"][number]): string =>
    via.length === 1 ? `via ${gateway} dev ${dev}` : `nexthop via ${gateway} dev ${dev} weight ${weight}`;
  return `ip -4 route replace default scope global ${via.map(hop).join(" ")}`;
}
