/** A next hop of a default route. */
export interface HopFacts {
  readonly gateway: string | null;
  readonly dev: string | null;
  readonly weight: number;
  /** What the kernel says of it: `dead`, `linkdown`, `pervasive`, `onlink`. */
  readonly flags: readonly string[];
  /** State of the gateway on the link; null: no entry, or not known. */
  readonly neighbour: string | null;
}

/** A default route of the table main. */
export interface DefaultFacts {
  /** The kernel uses it. */
  readonly wins: boolean;
  /** Lower wins. */
  readonly metric: number;
  /** Who installed it: `boot`, `static`, `dhcp`, `ra`. */
  readonly protocol: string;
  /** `unicast`, `blackhole` and so on. */
  readonly type: string;
  /** Nexthop object that it leads to. */
  readonly nhid?: number;
  readonly via: readonly HopFacts[];
}

/** The line that sets a parameter at boot. */
export interface BootFacts {
  /** null: no pattern shall set it. */
  readonly value: string | null;
  readonly file: string;
  readonly line: number;
}

/** A parameter, live and as the next boot makes it; null where it is not known, or nothing sets it. */
export interface SettingFacts {
  readonly live: string | null;
  readonly atBoot: BootFacts | null;
}

/** An interface of the route. */
export interface InterfaceFacts {
  readonly name: string;
  readonly up: boolean | null;
  readonly carrier: boolean | null;
  /** With the length of their network. */
  readonly addresses: readonly string[] | null;
  /** Who configures it, for people. */
  readonly owners: readonly string[] | null;
  /** rp_filter: that of `all`, its own, and the larger, which is used. */
  readonly rpFilter: { readonly all: number; readonly own: number; readonly used: number } | null;
  readonly rpFilterAtBoot: BootFacts | null;
  readonly ignoreLinkdown: string | null;
}

/** The unit that sets the route at boot, by the words of `systemctl show`. */
export interface UnitFacts {
  readonly name: string;
  readonly load: string;
  readonly enabled: string;
  readonly active: string;
  readonly result: string;
  readonly needsReload: boolean;
  readonly afterNetworkOnline: boolean;
  /** The default route that its command sets; null where that can't be told. */
  readonly sets: {
    readonly verb: string;
    readonly via: readonly Pick<HopFacts, "gateway" | "dev" | "weight">[];
  } | null;
}

/** What is on a host, as far as its way out is concerned; what could not be read is null. */
export interface DoctorFacts {
  readonly kernel: string | null;
  readonly iproute2: string | null;
  readonly systemd: number | null;
  /** How this controller is seen from the host; null also where the login is not by ssh. */
  readonly controller: { readonly address: string; readonly via: string; readonly route: string } | null;
  /** The one that wins first. */
  readonly default4: readonly DefaultFacts[] | null;
  readonly default6: readonly DefaultFacts[] | null;
  /** Rules of policy routing beside the usual ones. */
  readonly rules:
    | readonly { readonly family: 4 | 6; readonly priority: number; readonly text: string }[]
    | null;
  readonly interfaces: readonly InterfaceFacts[];
  readonly hashPolicy: SettingFacts;
  readonly hashPolicy6: SettingFacts;
  readonly useNeigh: string | null;
  readonly ipForward: string | null;
  /** Packets dropped by reverse-path filtering since boot, on all interfaces. */
  readonly reversePathDrops: number | null;
  readonly unit: UnitFacts | null;
  /** Last lines of its log. */
  readonly log: readonly string[] | null;
  /** Units that put the route back where it is missing. */
  readonly keepers: readonly { readonly name: string; readonly active: string }[] | null;
  readonly failover: {
    readonly mode: string;
    readonly active: string;
    readonly out: readonly string[];
  } | null;
}
