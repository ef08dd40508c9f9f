import type { Sh } from "../../model/sh.js";
import { joinSh, sh } from "../../model/sh.js";
import type { NextHop, RouteKey, RouteState } from "./state.js";
import { DEFAULT_METRIC } from "./state.js";

type Words = readonly (string | number)[];

function inTable({ table }: RouteKey): Words {
  return table === "main" ? [] : ["table", table];
}

/** The command that makes a route what it shall be, in place of the one of the same key, if there is one. */
export function replaceCommand(key: RouteKey, state: RouteState): Sh {
  const words: (string | number)[] = [key.to, ...inTable(key)];
  if (key.metric !== DEFAULT_METRIC[key.family]) words.push("metric", key.metric);
  if (state.protocol !== "boot") words.push("proto", state.protocol);
  // The kernel knows no scopes for IPv6.
  if (key.family === 4) words.push("scope", state.scope);
  if (state.src !== undefined) words.push("src", state.src);
  for (const [name, value] of Object.entries(state.metrics ?? {})) words.push(name, ...value.split(" "));
  if (state.realm !== undefined) words.push("realm", state.realm);
  if (state.pref !== undefined) words.push("pref", state.pref);
  const type = state.type === "unicast" ? [] : [sh`${state.type}`];
  return joinSh(
    [
      sh`ip -${key.family} route replace`,
      ...type,
      sh`${words}`,
      ...hopsOf(key, state).map((hop) => sh`${hop}`),
    ],
    " ",
  );
}

function hopsOf(key: RouteKey, state: RouteState): readonly Words[] {
  if (state.nhid !== undefined) return [["nhid", state.nhid]];
  const several = state.via.length > 1;
  return state.via.map((hop) => [...(several ? ["nexthop"] : []), ...hopWords(key, hop, several)]);
}

function hopWords(key: RouteKey, hop: NextHop, weighted: boolean): Words {
  const words: (string | number)[] = [];
  if (hop.gateway !== undefined) {
    // A gateway of the other family is named with it (RFC 5549).
    const other = (hop.gateway.includes(":") ? 6 : 4) !== key.family;
    words.push("via", ...(other ? [key.family === 4 ? "inet6" : "inet"] : []), hop.gateway);
  }
  if (hop.dev !== undefined) words.push("dev", hop.dev);
  if (weighted) words.push("weight", hop.weight);
  if (hop.onlink) words.push("onlink");
  return words;
}

/**
 * The command that removes a route, if it is there. To the kernel a `del` of metric 0 means any metric: without the look before,
 * and without naming the next hops, it would take a DHCP client's default where ours is gone.
 */
export function deleteCommand(key: RouteKey, state: RouteState): Sh {
  const { family, to, metric } = key;
  const own = [...inTable(key), "metric", metric];
  const hops = family === 4 ? hopsOf(key, state) : [];
  const type = state.type === "unicast" ? sh`` : sh`${state.type} `;
  const words = joinSh([sh`${[to, ...own]}`, ...hops.map((hop) => sh`${hop}`)], " ");
  // Routes for a type of service are others, which `del` without one does not mean; IPv6 has none.
  const plain = family === 4 ? ["tos", 0] : [];
  return sh`[ -z "$(ip -${family} route show ${[to, ...own, ...plain]} 2>/dev/null)" ] || ip -${family} route del ${type}${words}`;
}
