import { sameJson } from "../../model/json.js";
import type { Evidence, Rule } from "../evidence.js";
import { at, noteLike } from "../evidence.js";

const protocol = ({ found }: Evidence): unknown => at(found, "protocol");

/** Who owns interfaces of the host, as the notes of `persistentRoute` say it. */
const owner = ({ notes }: Evidence): string | undefined => {
  const note = noteLike(notes, / is managed by /);
  return note === undefined ? undefined : /^.*? is managed by (.+?)(?:,|$)/.exec(note)?.[1];
};

const hops = (state: unknown): readonly unknown[] => {
  const via = at(state, "via");
  return Array.isArray(via) ? via : [];
};

/** The route leads to a nexthop object. */
const hasObject = (state: unknown): boolean => at(state, "nhid") !== undefined;

const gateways = (state: unknown): readonly unknown[] => hops(state).map((hop) => at(hop, "gateway"));

/** Next hops went away, and none came. */
const lost = ({ desired, found }: Evidence): boolean => {
  const [wanted, left] = [gateways(desired), gateways(found)];
  return left.length < wanted.length && left.every((gateway) => wanted.includes(gateway));
};

const lostWords = (evidence: Evidence): string => {
  const left = gateways(evidence.found);
  const gone = gateways(evidence.desired).filter((gateway) => !left.includes(gateway));
  return `the next hop ${gone.map(String).join(", ")} was taken out`;
};

/**
 * Names of protocols are those of iproute2 (etc/iproute2/rt_protos). systemd-networkd installs what its files say as `static`, and what a
 * lease says as `dhcp` (systemd.network(5), RouteProtocol); `ip route` without a protocol installs as `boot` (ip-route(8)), and so do the
 * scripts of ifupdown and of dhclient, which call it.
 */
export const ROUTE: readonly Rule[] = [
  {
    when: ({ found }) => found === null || at(found, "type") === "none",
    words:
      "it was removed (`ip route del`), or its link went down: the kernel drops the routes of a link that does",
  },
  { when: (e) => protocol(e) === "dhcp", words: "a DHCP renewal: a DHCP client installed it" },
  { when: (e) => protocol(e) === "ra", words: "a router advertisement: it was installed by one" },
  {
    when: (e) => protocol(e) === "static",
    words: (e) =>
      `${owner(e) ?? "systemd-networkd or NetworkManager"} put its own route back: a reload, a restart, or a link that flapped`,
  },
  {
    when: (e) => !["boot", "kernel"].includes(String(protocol(e))),
    words: (e) => `a routing daemon: it was installed by ${String(protocol(e))}`,
  },
  {
    when: ({ desired, found }) => hasObject(desired) && !hasObject(found),
    words:
      "its nexthop objects went with their link's carrier and something has set a route since, or somebody's `ip route replace`",
  },
  {
    when: (e) => hasObject(e.found) && lost(e),
    words: (e) =>
      `${lostWords(e)} of its nexthop group: its link lost its carrier, or somebody's \`ip nexthop\``,
  },
  {
    when: (e) => lost(e),
    words: (e) => `${lostWords(e)}: somebody's \`ip route\`, or a script that calls it (ifupdown, dhclient)`,
  },
  {
    when: ({ desired, found }) => sameJson(gateways(desired), gateways(found)),
    words: "somebody's `ip route`: it has the same next hops and other attributes",
  },
  {
    when: () => true,
    words: "somebody's `ip route replace`, or a script that calls it (ifupdown, dhclient)",
  },
];
