/** What the text of a route tells beyond its JSON. */
export interface Attributes {
  /** Metrics as `ip` takes them: `lock 1400`, `10ms`. */
  readonly metrics?: Readonly<Record<string, string>>;
  /** Realm of its next hop, or both realms: `2/3`. */
  readonly realm?: string;
  /** What can't be put back from here. */
  readonly foreign?: string;
}

/** Words that are followed by a value which JSON tells as well. */
const TOLD = new Set(
  "via dev proto scope src metric table tos pref weight nhid expires realm realms".split(" "),
);

/** Metrics of a route (ip-route(8)). JSON leaves out their locks and their units. */
const METRICS = new Set(
  [
    "mtu window rtt rttvar ssthresh cwnd advmss reordering hoplimit initcwnd rto_min initrwnd quickack congctl",
    "fastopen_no_cookie features",
  ].flatMap((line) => line.split(" ")),
);

/** Values of `features`, which may be several. */
const FEATURES = new Set(["ecn", "tcp_usec_ts"]);

/** Reads the lines of `ip -d route show`, a route each; lines of further next hops are indented. */
export function readAttributes(lines: readonly string[]): readonly Attributes[] {
  const routes: { metrics: Record<string, string>; realm: string | undefined; foreign: boolean }[] = [];
  for (const line of lines) {
    if (!/^\s/.test(line)) {
      const realm = /\srealms? (\S+)/.exec(line)?.[1];
      routes.push({ metrics: {}, realm, foreign: false });
    }
    const route = routes.at(-1);
    if (route === undefined) continue;
    const words = line.split(/\s+/).filter((word) => word !== "");
    // A next hop's own realm or encapsulation would have to be put back on that next hop.
    if (words.includes("encap") || (/^\s/.test(line) && /\brealms?\b/.test(line))) route.foreign = true;
    else Object.assign(route.metrics, metricsOf(words));
  }
  return routes.map(({ metrics, realm, foreign }) => ({
    ...(realm === undefined ? {} : { realm }),
    ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
    ...(foreign ? { foreign: "an encapsulation or realms of its next hops" } : {}),
  }));
}

function metricsOf(words: readonly string[]): Readonly<Record<string, string>> {
  const metrics: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    if (TOLD.has(word)) i++;
    if (!METRICS.has(word)) continue;
    let end = words[i + 1] === "lock" ? i + 3 : i + 2;
    while (word === "features" && FEATURES.has(words[end] ?? "")) end++;
    const value = words.slice(i + 1, end);
    // rto_min is always locked and takes no such word.
    metrics[word] = (word === "rto_min" ? value.slice(-1) : value).join(" ");
    i = end - 1;
  }
  return metrics;
}
