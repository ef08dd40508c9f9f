import type { Params } from "./params.js";

/** Marks lines that were switched off; to take it back by hand, remove the mark. */
export const MARK = "#surefoot# ";

/**
 * The drop-in that makes networkd itself install the route. `Protocol=boot` makes it the very route that `ip route replace` makes, so that
 * neither changes what the other has done; MultiPathRoute= takes the weight behind the gateway (systemd.network(5)).
 */
export function dropIn({ dev, via }: Params, file: string): string {
  const [only] = via;
  const hops =
    via.length === 1 && only !== undefined
      ? [`Gateway=${only.gateway}`]
      : via.map(({ gateway, weight }) => `MultiPathRoute=${gateway}@${dev} ${weight}`);
  return `# Written by Surefoot: the default route of ${dev}, added to ${file}.
[Route]
Destination=0.0.0.0/0
Protocol=boot
${hops.join("\n")}
`;
}

interface Section {
  readonly name: string;
  readonly lines: readonly string[];
}

function sectionsOf(text: string): readonly Section[] {
  const sections: { name: string; lines: string[] }[] = [{ name: "", lines: [] }];
  for (const line of text.split("\n")) {
    const name = /^\s*\[(.*)\]\s*$/.exec(line)?.[1];
    if (name !== undefined) sections.push({ name, lines: [] });
    sections.at(-1)?.lines.push(line);
  }
  return sections;
}

function value(lines: readonly string[], key: string): string | undefined {
  const found = lines.findLast((line) => new RegExp(`^\\s*${key}\\s*=`).test(line));
  return found?.slice(found.indexOf("=") + 1).trim();
}

/** A next hop of IPv4, or one that a DHCP server names. */
const IPV4_GATEWAY = /^\s*Gateway\s*=\s*(\d+\.\d+\.\d+\.\d+|_dhcp4)\s*$/;

function isOwnDefault({ name, lines }: Section): boolean {
  if (name !== "Route") return false;
  const to = value(lines, "Destination");
  const gateway =
    lines.some((line) => IPV4_GATEWAY.test(line)) || value(lines, "MultiPathRoute") !== undefined;
  const metric = Number(value(lines, "Metric") ?? 0);
  const main = [undefined, "main", "254"].includes(value(lines, "Table"));
  return (to === "0.0.0.0/0" || (to === undefined && gateway)) && metric === 0 && main;
}

/**
 * A .network file without IPv4 defaults of metric 0 in table main: networkd installs its routes in no fixed order and none in another's place, so
 * with two of a metric, chance decides which one the kernel uses. A drop-in can't take a route back (systemd 252: `Gateway=` with nothing
 * behind it is "Invalid Gateway"), so the lines are made comments.
 */
export function withoutDefaults(text: string): string {
  return sectionsOf(text)
    .flatMap((section) => {
      const off = isOwnDefault(section);
      return section.lines.map((line) => {
        const gone =
          (off && line.trim() !== "" && !/^\s*[#;]/.test(line)) ||
          (section.name === "Network" && IPV4_GATEWAY.test(line));
        return gone ? `${MARK}${line}` : line;
      });
    })
    .join("\n");
}
