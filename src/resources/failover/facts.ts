import type { Sh } from "../../model/sh.js";
import { joinSh, sh } from "../../model/sh.js";
import { NFT_TABLE, RUN } from "./names.js";
import type { ActiveParams, KernelParams, PinnedParams } from "./params.js";
import { devsOf } from "./params.js";
import { maskOf, pinsOf } from "./pinned-script.js";

/**
 * What decides whether a mode can work, and what the service says of itself. Every line begins with the word for what it tells; what can't be
 * told is left out.
 */
export function factsProbe(p: ActiveParams): Sh {
  const common = sh`say() { while read -r line; do echo "$1 $line"; done; }
for tool in ip nft ping; do ! command -v "$tool" > /dev/null || echo "tool $tool"; done
${joinSh(devsOf(p).map((dev) => sh`[ ! -d ${`/proc/sys/net/ipv4/conf/${dev}`} ] || echo ${`interface ${dev}`}`))}
for file in how out; do [ ! -r ${RUN}/"$file" ] || say "$file" < ${RUN}/"$file"; done`;
  if (p.mode === "kernel") {
    return sh`${common}
ip -V 2>/dev/null | say version
uname -r | say release
${joinSh(p.gateways.map(({ family, address, dev }) => sh`ip ${`-${family}`} neigh show ${address} dev ${dev} 2>/dev/null | say neighbour`))}
cat /proc/sys/net/ipv6/conf/all/forwarding 2>/dev/null | say forwards6
:`;
  }
  const tables = pinsOf(p).map(
    ({ table }) => sh`ip -4 route show table ${table} 2>/dev/null | say ${`route ${table}`}`,
  );
  return sh`${common}
ping -V 2>/dev/null | say ping
ip -4 rule show 2>/dev/null | say rule
${joinSh(tables)}
nft list table ip ${NFT_TABLE} 2>/dev/null | say nft
:`;
}

/** What follows a word on its lines. */
export function told(facts: string, word: string): readonly string[] {
  return facts
    .split("\n")
    .filter((line) => line === word || line.startsWith(`${word} `))
    .map((line) => line.slice(word.length + 1));
}

/** Why a mode can't work on a host, and what can be done. */
export interface Refusal {
  readonly message: string;
  readonly hint: string;
}

/** Why the mode can't work on this host; null where it can. */
export function refuse(facts: string, p: ActiveParams): Refusal | null {
  const tools = told(facts, "tool");
  if (!tools.includes("ip"))
    return { message: "needs `ip`, which the host has not", hint: "Install iproute2 there." };
  const missing = devsOf(p).find((dev) => !told(facts, "interface").includes(dev));
  if (missing !== undefined)
    return {
      message: `the host has no interface ${missing}`,
      hint: "Look at `ip link` there, and at the variable.",
    };
  return p.mode === "kernel" ? refuseKernel(facts, tools, p) : refusePinned(facts, tools, p);
}

/** First versions of kernel and iproute2 that know managed neighbours. */
const MANAGED = [5, 16] as const;

function isBefore(version: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) < MANAGED[0] || (Number(major) === MANAGED[0] && Number(minor) < MANAGED[1]);
}

/** Whether kernel or iproute2 are too old to look after neighbours themselves. */
export function isOld(facts: string): boolean {
  const iproute = /iproute2-(?:ss)?(\S+)/.exec(told(facts, "version").join())?.[1] ?? "";
  // Snapshots before version 5.0 bear their date: iproute2-ss190107.
  return isBefore(told(facts, "release").join()) || isBefore(iproute) || /^\d{6}/.test(iproute);
}

function refuseKernel(facts: string, tools: readonly string[], p: KernelParams): Refusal | null {
  const fixed = told(facts, "neighbour").flatMap((line) =>
    /\sPERMANENT\s*$/.test(line) ? [line.split(" ", 1)[0]] : [],
  );
  const gateway = p.gateways.find(({ address }) => fixed.includes(address));
  if (gateway !== undefined) {
    return {
      message: `${gateway.address} is a permanent neighbour on the host, so its death can't be seen`,
      hint: `Remove what sets it, then: ip neigh del ${gateway.address} dev ${gateway.dev}`,
    };
  }
  if (p.gateways.some(({ family }) => family === 6) && told(facts, "forwards6").join() === "1") {
    return {
      message: "forwards IPv6, and a kernel that does so uses next hops whatever is known of their gateways",
      hint: "Set net.ipv6.conf.all.forwarding to 0 there, or leave the IPv6 gateways out.",
    };
  }
  if (!isOld(facts) || tools.includes("ping")) return null;
  return {
    message:
      "kernel or iproute2 is older than 5.16 and has no managed neighbours, and there is no ping to stand in",
    hint: "Install iputils-ping there, or use mode pinned or none.",
  };
}

function refusePinned(facts: string, tools: readonly string[], p: PinnedParams): Refusal | null {
  if (!tools.includes("nft"))
    return {
      message: "needs nftables, which the host has not",
      hint: "Install nftables there, or use mode kernel.",
    };
  if (!told(facts, "ping").join().includes("iputils"))
    return {
      message: "needs ping of iputils, which can mark its packets",
      hint: "Install iputils-ping there, or use mode kernel.",
    };
  return refuseNumbers(facts, p);
}

/** What a service of ours that was stopped has left is ours. */
function refuseNumbers(facts: string, p: PinnedParams): Refusal | null {
  const pins = pinsOf(p);
  const mask = maskOf(p);
  const own = pins.flatMap(({ mark, table, priorities: [specific, rest] }) => [
    `${specific}: from all fwmark ${mark}/${mask} lookup main suppress_prefixlength 0`,
    `${rest}: from all fwmark ${mark}/${mask} lookup ${table}`,
  ]);
  const rules = told(facts, "rule")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .filter((line) => !own.includes(line));
  const taken = rules.find((line) =>
    pins.some(({ priorities }) => priorities.some((priority) => line.startsWith(`${priority}:`))),
  );
  if (taken !== undefined)
    return {
      message: `its priorities are taken by another routing rule (${taken})`,
      hint: "Give the task another `priority`.",
    };
  const marked = rules.find((line) => overlaps(line, mask));
  if (marked !== undefined)
    return {
      message: `another routing rule uses the same bits of marks (${marked})`,
      hint: "Give the task another `markShift`: 0, 8, 16 or 24.",
    };
  const [dev] = devsOf(p);
  for (const { table, address } of pins) {
    const foreign = told(facts, `route ${table}`).find(
      (line) => !line.startsWith(`default via ${address} dev ${dev} `),
    );
    if (foreign !== undefined)
      return {
        message: `routing table ${table} is used by something else (${foreign.trim()})`,
        hint: "Give the task another `table`.",
      };
  }
  return null;
}

function overlaps(rule: string, mask: string): boolean {
  const [, mark, bits] = /fwmark (0x[0-9a-f]+)(?:\/(0x[0-9a-f]+))?/.exec(rule) ?? [];
  // Without a mask a rule compares all bits: other values than its own are none of its business, and it is none of theirs.
  return mark !== undefined && (BigInt(bits ?? mark) & BigInt(mask)) !== 0n;
}
