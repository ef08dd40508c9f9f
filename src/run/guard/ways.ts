import { isIPv4, isIPv6 } from "node:net";
import type { Sh } from "../../model/sh.js";
import { sh } from "../../model/sh.js";
import type { Endpoints } from "../../transport/transport.js";

/** A way by which a host answers, and local ports of this machine to which it is taken. */
export interface AnswerWay {
  /** `via 192.168.1.10 dev eth1`. */
  readonly name: string;
  readonly ports: readonly number[];
  /** All that the kernel says of it; nothing where that differs from port to port. */
  readonly route: string;
}

/** All ways, and the connection that they were asked over: they hold for its addresses alone. */
export interface AnswerWays {
  readonly over: Endpoints;
  /** The route that held for all. */
  readonly matched: string;
  readonly all: readonly AnswerWay[];
}

/** Ports whose answers are foreseen. A way that none of them takes gets less than a tenth of the flows, but for once in a thousand times. */
const PORTS = 64;

/** Ports that both Linux (ip-sysctl, ip_local_port_range) and IANA (RFC 6335, section 6) give out by themselves: packet filters know them. */
const FIRST_PORT = 49_152;
const LAST_PORT = 60_999;

/** Rules by what a look-up does not know of an answer of sshd's: its mark, its VRF, its user, its type of service (ip-rule(8)). */
const SELECTS = /\b(fwmark|l3mdev|uidrange|tos|dsfield)\b/;

/** The first of the ports to ask for: another one each time, for those used last may be in TIME_WAIT. */
export function firstPort(): number {
  return FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT - PORTS));
}

/** The answers over a connection: the client's address as the kernel has it, and what `ip route get` is asked of them but for the ports. */
interface Answers {
  readonly client: string;
  readonly family: 4 | 6;
  readonly flow: Sh;
}

/** The answers over a connection whose addresses are plain and of one family. */
function answersOver({ address, peer }: Endpoints): Answers | undefined {
  const [client, server] = [address, peer.address].map((one) => one.replace(/^::ffff:(?=\d+\.)/, ""));
  if (client === undefined || server === undefined) return undefined;
  const family = isIPv4(client) && isIPv4(server) ? 4 : isIPv6(client) && isIPv6(server) ? 6 : undefined;
  if (family === undefined || `${client}${server}`.includes("%")) return undefined;
  return { client, family, flow: sh`${client} from ${server} ipproto 6` };
}

/** How a host answered before a change. */
export interface AnswerBefore {
  /** All that the kernel said of the way that its answers took. */
  readonly way: string;
  /** The route that held for them, all next hops. */
  readonly matched: string;
}

/**
 * Asks the kernel which way its answers over this very connection take, and by which route. Prints `way=` and `matched=`, or nothing where it
 * can't say; never fails.
 * @returns undefined for addresses that are not plain.
 */
export function wayProbe(ends: Endpoints): Sh | undefined {
  const answers = answersOver(ends);
  if (answers === undefined) return undefined;
  const { family, flow } = answers;
  return sh`w=$(exec ip ${`-${family}`} -o -force -batch - 2>/dev/null <<'WAY'
route get ${flow} sport ${ends.peer.port} dport ${ends.port}
route get fibmatch ${flow}
WAY
) || w=
n='
'
case $w in *"$n"*) printf 'way=%s\n' "\${w%%"$n"*}"; printf 'matched=%s\n' "\${w#*"$n"}" ;; esac`;
}

/** What {@link wayProbe} printed, among other `key=value` lines. */
export function readWay(said: ReadonlyMap<string, string>): AnswerBefore | undefined {
  const [way, matched] = [said.get("way")?.trim(), said.get("matched")?.trim()];
  return way === undefined || matched === undefined ? undefined : { way, matched };
}

/**
 * Asks the kernel which way its answers to connections like this one, but from other ports, would take. Prints rules and routes as `ip` does, and nothing
 * where the host does not see the connection as it is seen here: something between them translates addresses.
 * @returns undefined for addresses that are not plain.
 */
export function waysProbe(ends: Endpoints, first: number): Sh | undefined {
  const answers = answersOver(ends);
  if (answers === undefined) return undefined;
  const { client, family, flow } = answers;
  const { port, peer } = ends;
  const seen = `:${hex(peer.port)} [0-9A-F]*${procAddress(client)}:${hex(port)} 01 `;
  return sh`grep -qs ${seen} /proc/net/tcp /proc/net/tcp6 || exit 0
{
echo rule
echo "route get fibmatch ${flow}"
i=0
while [ $i -lt ${PORTS} ]; do
echo "route get ${flow} sport ${peer.port} dport $((${first}+i))"
i=$((i+1))
done
} | ip ${`-${family}`} -o -force -batch - 2>/dev/null
:`;
}

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, "0");

/** An address as /proc/net/tcp and tcp6 have it: groups of four bytes, each the other way round on little-endian machines, which hosts are taken to be (proc(5)). */
function procAddress(address: string): string {
  const bytes = isIPv4(address) ? address.split(".").map(Number) : bytesOf6(address);
  const words = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.slice(i * 4, i * 4 + 4).reverse());
  return words
    .flat()
    .map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"))
    .join("");
}

function bytesOf6(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const groups = (text: string): readonly string[] => (text === "" ? [] : text.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/**
 * Reads what {@link waysProbe} printed.
 * @returns the ways, and the route that holds for them; undefined where they can't be told, or where rules look at what is not foreseen.
 */
export function readWays(output: string, first: number): Pick<AnswerWays, "all" | "matched"> | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const rules = lines.filter((line) => /^\d+:\s/.test(line));
  const [whole = "", ...routes] = lines.slice(rules.length);
  if (routes.length !== PORTS || rules.length === 0 || rules.some((rule) => SELECTS.test(rule)))
    return undefined;
  const ways = new Map<string, { readonly name: string; readonly ports: number[]; route: string }>();
  routes.forEach((route, i) => {
    const name = /(?: via (?:inet6 )?\S+)? dev \S+/.exec(route)?.[0].trim() ?? "";
    const way = ways.get(name) ?? { name, ports: [], route: route.trim() };
    way.ports.push(first + i);
    if (way.route !== route.trim()) way.route = "";
    ways.set(name, way);
  });
  // Linux before 4.18 passes over the ports that it is asked about.
  const unheard = ways.size === 1 && whole.split("nexthop").length > 2;
  return ways.has("") || unheard ? undefined : { matched: whole.trim(), all: [...ways.values()] };
}
