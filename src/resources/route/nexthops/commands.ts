import type { Sh } from "../../../model/sh.js";
import { joinSh, sh } from "../../../model/sh.js";
import type { RouteKey } from "../state.js";
import { MARK } from "./ids.js";
import type { NexthopObject } from "./types.js";
import { isGroup } from "./types.js";

/** `ours ID`: whether an object is there and carries our mark. */
const OURS: Sh = sh`ours() { case "$(ip -N -d nexthop get id $1 2>/dev/null) " in *' proto ${MARK} '*) return 0 ;; esac; return 1; }`;

function words(object: NexthopObject): readonly (string | number)[] {
  if (isGroup(object)) {
    const { members, resilient } = object;
    const group = members.map(({ id, weight }) => (weight === 1 ? String(id) : `${id},${weight}`)).join("/");
    const table =
      resilient === undefined
        ? []
        : [
            ...["type", "resilient", "buckets", resilient.buckets],
            ...["idle_timer", resilient.idleTimer, "unbalanced_timer", resilient.unbalancedTimer],
          ];
    return ["id", object.id, "group", group, ...table, "proto", MARK];
  }
  const { id, gateway, dev, onlink } = object;
  const via = gateway === undefined ? [] : ["via", gateway];
  return ["id", id, ...via, "dev", dev, "proto", MARK, ...(onlink ? ["onlink"] : [])];
}

/**
 * The commands that make objects, each unless it is there and ours already: written again it would make sockets choose anew. One of the same number
 * that somebody else has made since makes `add` fail.
 */
export function addCommands({ family }: RouteKey, objects: readonly NexthopObject[]): Sh {
  const adds = objects.map(
    (object) => sh`ours ${object.id} || ip${familyOption(family, object)} nexthop add ${words(object)}`,
  );
  return joinSh([OURS, ...adds]);
}

/** The command that changes a group in place, at once for all flows; not where `ip` says that it is so already. */
export function replaceGroup(group: NexthopObject): Sh {
  const [own, ...mark] = [words(group).slice(0, -2), "proto", MARK] as const;
  return sh`case "$(ip -N -d nexthop get id ${group.id} 2>/dev/null) " in ${`${own.join(" ")} `}*) ;; *) ip nexthop replace ${[...own, ...mark]} ;; esac`;
}

/** Groups have no family. Without a gateway it is the route's; an IPv4 route may lead over an IPv6 gateway (RFC 5549). */
function familyOption(family: number, object: NexthopObject): Sh {
  if (isGroup(object)) return sh``;
  const { gateway } = object;
  return sh` -${gateway === undefined ? family : gateway.includes(":") ? 6 : 4}`;
}

/**
 * The commands that remove objects, where they are there and ours. The kernel would remove all routes that still lead to one, and take it out of
 * all groups, so both are looked for before.
 */
export function removeCommands(objects: readonly NexthopObject[]): Sh {
  const ids = (some: readonly NexthopObject[]): readonly number[] => some.map(({ id }) => id);
  const groups = ids(objects.filter(isGroup));
  const members = ids(objects.filter((object) => !isGroup(object)));
  const commands: Sh[] = [
    OURS,
    sh`mine= ; for i in ${[...groups, ...members]}; do ! ours $i || mine="$mine|$i"; done
[ -n "$mine" ] || exit 0
used=$({ ip -4 route show table all; ip -6 route show table all; } 2>/dev/null | grep -E " nhid (\${mine#?})( |$)") || :
[ -z "$used" ] || { printf 'other routes lead to these nexthop objects: %s\\n' "$used" >&2; exit 1; }`,
  ];
  if (groups.length > 0) commands.push(sh`for i in ${groups}; do ! ours $i || ip nexthop del id $i; done`);
  if (members.length > 0) {
    commands.push(sh`used=$(ip nexthop show | grep -E " group ([0-9,]+/)*(\${mine#?})([,/ ]|$)") || :
[ -z "$used" ] || { printf 'another group has these nexthop objects: %s\\n' "$used" >&2; exit 1; }
for i in ${members}; do ! ours $i || ip nexthop del id $i; done`);
  }
  return joinSh(commands);
}
