/** What can own a network interface, as far as Surefoot tells them apart. */
export type OwnerName =
  | "networkd"
  | "netplan"
  | "networkmanager"
  | "ifupdown"
  | "dhclient"
  | "dhcpcd"
  | "udhcpc"
  | "none";

/** Who configures an interface, and by what. */
export interface Owner {
  readonly name: OwnerName;
  /** The file that configures the interface, where its owner says which. */
  readonly file?: string;
  /** NetworkManager's profile, by its UUID. */
  readonly profile?: string;
  /** The owner's version, where it counts: NetworkManager's. */
  readonly version?: string;
  /** Files that cloud-init has written and may write again. */
  readonly cloudInit?: readonly string[];
}

/** The owners of a host's interfaces. Usually one each; two that both configure an interface are a mistake to be told. */
export type Owners = ReadonlyMap<string, readonly Owner[]>;

/** States in which networkd leaves a link alone (networkctl(1)). */
const LEFT_ALONE = ["", "unmanaged", "initialized", "linger"];

/** Facts by their first word. */
type Facts = ReadonlyMap<string, readonly string[]>;

function byWord(output: string): Facts {
  const facts = new Map<string, string[]>();
  for (const line of output.split("\n")) {
    const at = line.indexOf(" ");
    if (at < 0) continue;
    const word = line.slice(0, at);
    facts.set(word, [...(facts.get(word) ?? []), line.slice(at + 1)]);
  }
  return facts;
}

/** Reads the output of `OWNERS`. An interface that nobody owns has the owner `none`. */
export function readOwners(output: string): Owners {
  const facts = byWord(output);
  const cloudInit = facts.get("cloud") ?? [];
  return new Map(
    (facts.get("link") ?? []).map((line) => {
      const [number = "", name = ""] = line.split(" ");
      const found = [...networkd(facts, number), ...networkManager(facts, name), ...ifupdown(facts, name)];
      // A client that one of the above has started is theirs.
      const clients = found.length > 0 ? [] : dhcpClients(facts, name);
      const owners = [...found, ...clients];
      const none: Owner = { name: "none" };
      const all = owners.length === 0 ? [none] : owners;
      return [name, all.map((owner) => (cloudInit.length === 0 ? owner : { ...owner, cloudInit }))];
    }),
  );
}

function runs(facts: Facts, daemon: string): boolean {
  return (facts.get("run") ?? []).some((line) => line.split(" ", 1)[0] === daemon);
}

function networkd(facts: Facts, number: string): readonly Owner[] {
  // The records stay when the daemon is stopped.
  if (!runs(facts, "systemd-network")) return [];
  const record = new Map(
    (facts.get("nd") ?? []).flatMap((line) => {
      const [link, key = "", ...value] = line.split(" ");
      return link === number ? [[key, value.join(" ")] as const] : [];
    }),
  );
  const file = record.get("NETWORK_FILE");
  if (file === undefined || LEFT_ALONE.includes(record.get("ADMIN_STATE") ?? "")) return [];
  // netplan(5) names what it generates so.
  return [{ name: /\/10-netplan-[^/]*$/.test(file) ? "netplan" : "networkd", file }];
}

function networkManager(facts: Facts, name: string): readonly Owner[] {
  const line = facts.get("nm")?.find((one) => one.startsWith(`${name}:`));
  const [, state = "", profile = ""] = line?.split(":") ?? [];
  // `connected (externally)`: somebody else made the interface, and NetworkManager only looks on.
  if (!/^connect(ed|ing)/.test(state) || state.includes("externally") || profile === "") return [];
  const file = facts.get("profile")?.find((one) => one.startsWith(`${profile}:`));
  const version = /[\d.]+\d/.exec(facts.get("nmversion")?.[0] ?? "")?.[0];
  return [
    {
      name: "networkmanager",
      profile,
      ...(file === undefined ? {} : { file: file.slice(profile.length + 1) }),
      ...(version === undefined ? {} : { version }),
    },
  ];
}

function ifupdown(facts: Facts, name: string): readonly Owner[] {
  return facts.get("ifup")?.some((line) => line.startsWith(`${name}=`)) === true
    ? [{ name: "ifupdown", file: "/etc/network/interfaces" }]
    : [];
}

const CLIENTS = ["dhclient", "dhcpcd", "udhcpc"] as const;

function dhcpClients(facts: Facts, name: string): readonly Owner[] {
  return CLIENTS.flatMap((client): readonly Owner[] => {
    const mine = (facts.get("run") ?? []).some((line) => {
      const [program, ...words] = line.trim().split(" ");
      return program === client && words.includes(name);
    });
    return mine ? [{ name: client }] : [];
  });
}

/** An owner for people: `systemd-networkd (/etc/systemd/network/10-eth1.network)`. */
export function showOwner({ name, file }: Owner): string {
  const names: Partial<Record<OwnerName, string>> = {
    networkd: "systemd-networkd",
    networkmanager: "NetworkManager",
    none: "nobody",
  };
  return `${names[name] ?? name}${file === undefined ? "" : ` (${file})`}`;
}
