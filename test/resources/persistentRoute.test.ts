import { describe, expect, it } from "vitest";
import { ProbeError } from "../../src/model/resource.js";
import { keeperUnit } from "../../src/resources/persistentRoute/keeper.js";
import { dropIn, MARK, withoutDefaults } from "../../src/resources/persistentRoute/networkd.js";
import { withRoutes } from "../../src/resources/persistentRoute/networkmanager.js";
import { persistentRoute } from "../../src/resources/persistentRoute.js";

const { resource, schema } = persistentRoute;
const PARAMS = {
  dev: "eth1",
  via: [{ gateway: "192.168.1.1" }, { gateway: "192.168.1.10", weight: 3 }],
} as const;
const p = schema.parse(PARAMS);

const KEEPER = "/etc/systemd/system/surefoot-route-eth1.service";
const IF_UP = "/etc/network/if-up.d/surefoot-route-eth1";
const NETWORK = "/etc/systemd/network/10-eth1.network";
const DROP_IN = `${NETWORK}.d/50-surefoot.conf`;
const BASE = "[Match]\nName=eth1\n\n[Network]\nAddress=192.168.1.22/24\nGateway=192.168.1.1\n";

const file = (path: string, text: string, mode = "644"): string =>
  `file ${path} ${mode} ${Buffer.from(text).toString("base64")}`;
const link = "link 2 eth1";
const networkd = (path: string): readonly string[] => [
  link,
  "run systemd-network",
  "nd 2 ADMIN_STATE configured",
  `nd 2 NETWORK_FILE ${path}`,
];
const networkManager = (version: string, path: string): readonly string[] => [
  link,
  "run NetworkManager",
  `nmversion nmcli tool, version ${version}`,
  "nm eth1:connected:u-u",
  `profile u-u:${path}`,
];
const PROFILE = "/etc/NetworkManager/system-connections/eth1.nmconnection";

const KEPT = [file(KEEPER, keeperUnit(p)), "unit UnitFileState=enabled", "unit ActiveState=active"] as const;

interface Found {
  readonly owners: readonly string[];
  readonly details: readonly string[];
  readonly params?: Parameters<typeof persistentRoute>[0];
}

function titles({ owners, details, params = PARAMS }: Found): readonly (readonly string[])[] {
  const parsed = schema.parse(params);
  const actual = resource.parse([owners.join("\n"), details.join("\n"), ""], parsed);
  const target = resource.target(parsed, actual);
  return [
    resource.steps(actual, target, parsed).map(({ title }) => title),
    resource.steps(target, actual, parsed).map(({ title }) => title),
  ];
}

describe("steps and undo", () => {
  it.each<[string, Found, readonly string[], readonly string[]]>([
    [
      "networkd with a gateway of its own",
      {
        owners: networkd(NETWORK),
        details: [file(NETWORK, BASE), `absent ${DROP_IN}`, `absent ${KEEPER}`],
      },
      [
        `make comments in ${NETWORK} of Gateway=192.168.1.1`,
        `create ${DROP_IN}`,
        `create ${KEEPER}`,
        "restart systemd-networkd",
        "enable and start surefoot-route-eth1.service",
      ],
      [
        "stop and disable surefoot-route-eth1.service",
        `write ${NETWORK}`,
        `remove ${DROP_IN}`,
        `remove ${KEEPER}`,
        "reload systemd-networkd",
        "reload systemd",
      ],
    ],
    [
      "networkd as wanted",
      {
        owners: networkd(NETWORK),
        details: [file(NETWORK, withoutDefaults(BASE)), file(DROP_IN, dropIn(p, "10-eth1.network")), ...KEPT],
      },
      [],
      [],
    ],
    [
      "netplan by DHCP: nothing of netplan's is touched",
      {
        owners: networkd("/run/systemd/network/10-netplan-eth1.network"),
        details: [
          file("/run/systemd/network/10-netplan-eth1.network", "[Network]\nDHCP=ipv4\n"),
          "absent /etc/systemd/network/10-netplan-eth1.network.d/50-surefoot.conf",
          ...KEPT,
        ],
      },
      ["create /etc/systemd/network/10-netplan-eth1.network.d/50-surefoot.conf", "restart systemd-networkd"],
      ["remove /etc/systemd/network/10-netplan-eth1.network.d/50-surefoot.conf", "reload systemd-networkd"],
    ],
    [
      "NetworkManager, with routes of others",
      {
        owners: networkManager("1.42.4", PROFILE),
        details: ["nm 10.0.0.0/8 192.168.1.1", ...KEPT],
      },
      [
        "set the routes of NetworkManager's profile of eth1: 10.0.0.0/8 192.168.1.1, 0.0.0.0/0 192.168.1.1 0 weight=1, 0.0.0.0/0 192.168.1.10 0 weight=3",
      ],
      ["set the routes of NetworkManager's profile of eth1: 10.0.0.0/8 192.168.1.1"],
    ],
    [
      "ifupdown without dhclient",
      {
        owners: [link, "ifup eth1=eth1"],
        details: ["dir /etc/network/if-up.d", `absent ${IF_UP}`, `absent ${KEEPER}`],
      },
      [`create ${IF_UP}`, `create ${KEEPER}`, "enable and start surefoot-route-eth1.service"],
      [
        "stop and disable surefoot-route-eth1.service",
        `remove ${IF_UP}`,
        `remove ${KEEPER}`,
        "reload systemd",
      ],
    ],
    [
      "the keeper stands still",
      {
        owners: [link],
        details: [file(KEEPER, "old"), "unit UnitFileState=enabled", "unit ActiveState=failed"],
      },
      [`write ${KEEPER}`, "reload systemd", "start surefoot-route-eth1.service"],
      ["stop surefoot-route-eth1.service", `write ${KEEPER}`, "reload systemd"],
    ],
    [
      "networkd owns it, and the playbook says all the same",
      {
        owners: networkd("/usr/lib/systemd/network/x.network"),
        details: [`absent ${KEEPER}`],
        params: { ...PARAMS, owner: "none" },
      },
      [`create ${KEEPER}`, "enable and start surefoot-route-eth1.service"],
      ["stop and disable surefoot-route-eth1.service", `remove ${KEEPER}`, "reload systemd"],
    ],
  ])("%s", (_name, found, steps, undo) => {
    expect(titles(found)).toEqual([steps, undo]);
  });

  it("says that telling networkd or NetworkManager may cut the line, and that files do not", () => {
    const details = [file(NETWORK, BASE), ...KEPT].join("\n");
    const actual = resource.parse([networkd(NETWORK).join("\n"), details, ""], p);
    const steps = resource.steps(actual, resource.target(p, actual), p);
    expect(steps.map(({ layer, cuts }) => `${layer} ${cuts}`)).toEqual([
      "startup false",
      "startup false",
      "startup true",
    ]);
  });
});

describe("refusals", () => {
  it.each<[string, Found, RegExp]>([
    ["no such interface", { owners: ["link 1 lo"], details: [] }, /no interface eth1/],
    [
      "two owners",
      { owners: [...networkd(NETWORK), "ifup eth1=eth1"], details: [] },
      /systemd-networkd \(.*\) and by ifupdown/,
    ],
    [
      "netplan with a gateway",
      {
        owners: networkd("/run/systemd/network/10-netplan-eth1.network"),
        details: [
          file(
            "/run/systemd/network/10-netplan-eth1.network",
            "[Network]\nAddress=1.2.3.4/24\n\n[Route]\nDestination=0.0.0.0/0\nGateway=1.2.3.1\n",
          ),
        ],
      },
      /netplan \(.*\) sets a default route of its own/,
    ],
    [
      "a person's drop-in with a gateway",
      {
        owners: networkd(NETWORK),
        details: [file(NETWORK, BASE), `other ${NETWORK}.d/a.conf:2:Gateway=192.168.1.1`],
      },
      /a\.conf:2:Gateway=192\.168\.1\.1/,
    ],
    ["no systemd", { owners: [link], details: ["unit NoSystemd=yes"] }, /systemd does not run on this host/],
    ["an old NetworkManager", { owners: networkManager("1.30.6", PROFILE), details: [] }, /1\.30\.6/],
    [
      "a profile that is gone at the next boot",
      { owners: networkManager("1.50.0", "/run/NetworkManager/system-connections/x"), details: [] },
      /does not survive/,
    ],
  ])("%s", (_name, { owners, details }, message) => {
    let thrown: unknown;
    try {
      resource.parse([owners.join("\n"), details.join("\n"), ""], p);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ProbeError);
    expect(thrown).toMatchObject({ code: "network-owner", message: expect.stringMatching(message) });
  });
});

describe("what a .network file's own defaults become", () => {
  it.each([
    ["a gateway", "[Network]\nGateway=10.0.0.1\n", `[Network]\n${MARK}Gateway=10.0.0.1\n`],
    ["spaces", "[Network]\n Gateway = 10.0.0.1 \n", `[Network]\n${MARK} Gateway = 10.0.0.1 \n`],
    ["a gateway of IPv6 stays", "[Network]\nGateway=fe80::1\n", "[Network]\nGateway=fe80::1\n"],
    [
      "a default in a section, and not the next section",
      "[Route]\nGateway=10.0.0.1\n# why\n\n[Route]\nDestination=10.0.0.0/8\nGateway=10.0.0.2",
      `${MARK}[Route]\n${MARK}Gateway=10.0.0.1\n# why\n\n[Route]\nDestination=10.0.0.0/8\nGateway=10.0.0.2`,
    ],
    [
      "a default of another metric stays",
      "[Route]\nDestination=0.0.0.0/0\nGateway=10.0.0.1\nMetric=200",
      "[Route]\nDestination=0.0.0.0/0\nGateway=10.0.0.1\nMetric=200",
    ],
    [
      "a default of another table stays",
      "[Route]\nGateway=10.0.0.1\nTable=7",
      "[Route]\nGateway=10.0.0.1\nTable=7",
    ],
    ["a comment stays", "[Network]\n#Gateway=10.0.0.1\n", "[Network]\n#Gateway=10.0.0.1\n"],
  ])("%s", (_name, before, after) => {
    expect(withoutDefaults(before)).toBe(after);
    expect(withoutDefaults(after)).toBe(after);
  });
});

it("replaces our routes in a profile and no others", () => {
  expect(
    withRoutes(p, ["0.0.0.0/0 10.0.0.1 0 weight=9", "0.0.0.0/0 10.0.0.1 200", "10.0.0.0/8 10.0.0.2"]),
  ).toEqual([
    "0.0.0.0/0 10.0.0.1 200",
    "10.0.0.0/8 10.0.0.2",
    "0.0.0.0/0 192.168.1.1 0 weight=1",
    "0.0.0.0/0 192.168.1.10 0 weight=3",
  ]);
});

it("notes who owns the interface, what cloud-init may do, and the way to the controller", () => {
  const owners = [...networkd(NETWORK), `cloud ${NETWORK}`].join("\n");
  const controller = "10.20.0.2 5 192.168.1.22 22\ndefault via 192.168.1.1 dev eth1 proto static \n";
  const notes = resource.notes?.([owners, "", controller], p) ?? [];
  expect(notes).toHaveLength(3);
  expect(notes[0]).toContain(`eth1 is managed by systemd-networkd (${NETWORK}), which `);
  expect(notes[1]).toContain(`${NETWORK} was written by cloud-init`);
  expect(notes[2]).toBe(
    "this controller (10.20.0.2) is reached through the default route that is about to change",
  );
  const already = controller.replace("dev eth1", "dev eth1 nexthop via 192.168.1.10 dev eth1");
  expect(resource.notes?.([link, "", already], p)).toEqual([
    "eth1 is managed by nobody, so nothing puts a route back when the link goes down and up",
  ]);
});

it("refuses what it can't write down", () => {
  for (const dev of ["eth1; reboot", "", "$(x)", "a/b"])
    expect(schema.safeParse({ ...PARAMS, dev }).success).toBe(false);
  expect(schema.safeParse({ ...PARAMS, via: [{ gateway: "fe80::1" }] }).success).toBe(false);
  expect(schema.safeParse({ ...PARAMS, via: [PARAMS.via[0], PARAMS.via[0]] }).success).toBe(false);
});
