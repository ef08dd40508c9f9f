import { beforeAll, expect, it } from "vitest";
import type { Ran } from "../support/cli.js";
import { eventsOf } from "../support/cli.js";
import { inBox, job, outcomes, reboot, steps, until } from "./fleet.js";

/** A client for each owner of the network, and its daemon's unit. */
const UNITS = { client2: "systemd-networkd", client3: "networking", client7: "NetworkManager" } as const;
const CLIENTS = ["client2", "client3", "client7"] as const;
const ON = ["--limit", "client2:client3:client7"];
const all = (value: string): Readonly<Record<string, string>> =>
  Object.fromEntries(CLIENTS.map((name) => [name, value]));

/** Which route a client's packets take: the first of several of one metric. */
const way = async (client: string): Promise<string> =>
  (await inBox(client, "ip route get fibmatch 203.0.113.10")).replace(/\s+/g, " ");

async function comesBack(client: string): Promise<void> {
  await until(`the two next hops of ${client}`, async () => {
    const found = await way(client);
    return found.includes("via 192.168.1.1 ") && found.includes("via 192.168.1.10 ");
  });
}

/** Every client has both next hops by itself, and nothing is left to do. */
async function allIsWell(): Promise<void> {
  await Promise.all(CLIENTS.map(comesBack));
  const ran = await job("plan", ...ON);
  expect(outcomes(ran)).toEqual(all("ok"));
  expect(ran.exit).toBe(0);
}

function notes(ran: Ran, host: string): readonly string[] {
  return eventsOf(ran).flatMap((event) =>
    event.type === "host-planned" && event.host === host
      ? event.plan.tasks.flatMap((task) => task.notes)
      : [],
  );
}

beforeAll(async () => {
  // What other files of these tests, or interrupted runs, left behind.
  await Promise.all(
    CLIENTS.map((client) =>
      inBox(
        client,
        `systemctl -q disable --now ecmp-route.service surefoot-route-eth1.service 2>/dev/null
rm -rf /etc/systemd/system/ecmp-route.service /etc/systemd/system/surefoot-* /etc/systemd/network/*.d /etc/network/if-up.d/surefoot-* /etc/dhcp/*/surefoot-*
[ ! -f /etc/systemd/network/10-eth1.network ] || sed -i 's/^#surefoot# //' /etc/systemd/network/10-eth1.network
systemctl daemon-reload
if systemctl -q is-active NetworkManager; then nmcli connection modify eth1 ipv4.routes ''; nmcli device reapply eth1
else ip route replace default via 192.168.1.1 dev eth1
fi`,
      ),
    ),
  );
});

it("says who owns the interface, and that the way back to the controller will change", async () => {
  const ran = await job("plan", ...ON);
  expect(ran.exit).toBe(2);
  const said = Object.fromEntries(CLIENTS.map((client) => [client, notes(ran, client).join("\n")]));
  expect(said.client2).toContain(
    "eth1 is managed by systemd-networkd (/etc/systemd/network/10-eth1.network), which ",
  );
  expect(said.client3).toContain("eth1 is managed by ifupdown (/etc/network/interfaces), which ");
  expect(said.client7).toContain(
    "eth1 is managed by NetworkManager (/etc/NetworkManager/system-connections/eth1.nmconnection), which ",
  );
  for (const client of CLIENTS) {
    expect(said[client]).toContain(
      "this controller (10.20.0.2) is reached through the default route that is about to change",
    );
  }
});

it("keeps the route in each owner's language", async () => {
  const ran = await job("run", ...ON);
  expect(outcomes(ran)).toEqual(all("changed"));
  expect(steps(ran, "client2")).toContain("restart systemd-networkd");
  expect(steps(ran, "client3")).toContain("enable and start surefoot-route-eth1.service");
  expect(steps(ran, "client7").join(" ")).toContain("set the routes of NetworkManager's profile of eth1");
  await allIsWell();
});

it("comes back by the owner's own doing when the link goes down and up", async () => {
  const KEEPER = "surefoot-route-eth1.service";
  await Promise.all(
    CLIENTS.map(async (client) => {
      // ifupdown does not look at links: there it is the keeper.
      const alone = client === "client3" ? ":" : `systemctl stop ${KEEPER}`;
      await inBox(client, `${alone}; ip link set eth1 down; sleep 1; ip link set eth1 up`);
      await comesBack(client);
      await inBox(client, `systemctl start ${KEEPER}`);
    }),
  );
  await allIsWell();
});

it("comes back where networkd gives up, since the link was back before it had noticed", async () => {
  await inBox(
    "client2",
    `p=$(systemctl show -p MainPID --value systemd-networkd)
kill -STOP $p; ip link set eth1 down; ip link set eth1 up; kill -CONT $p`,
  );
  await allIsWell();
});

it("comes back when the address is taken away and given anew", async () => {
  await Promise.all(
    CLIENTS.map(async (client) => {
      // With promote_secondaries=0 the primary address takes the others of its network with it, and the last one takes all routes.
      const left = await inBox(
        client,
        `sysctl -qw net.ipv4.conf.all.promote_secondaries=0 net.ipv4.conf.eth1.promote_secondaries=0
a=$(ip -4 -o addr show dev eth1 primary scope global | sed 's/.* inet \\([^ ]*\\).*/\\1/')
ip addr add 192.168.1.20\${a##*.2} dev eth1; ip addr del $a dev eth1
ip -4 addr show dev eth1; ip -4 route show default
ip addr add $a brd + dev eth1`,
      );
      expect(left).toBe("");
      await comesBack(client);
    }),
  );
  await allIsWell();
});

it("comes back where a DHCP client is told of another router", async () => {
  const said = await inBox(
    "client3",
    `a=$(ip -4 -o addr show dev eth1 scope global | sed 's/.* inet \\([^/]*\\).*/\\1/')
ip -4 addr flush dev eth1
env reason=BOUND interface=eth1 new_ip_address=$a new_subnet_mask=255.255.255.0 new_broadcast_address=192.168.1.255 new_routers=192.168.1.250 sh -x /sbin/dhclient-script 2>&1 | grep 'route add default'`,
  );
  expect(said).toContain("default via 192.168.1.250");
  // The keeper leaves a default alone that is there: the client's own hook has replaced it by then.
  expect(await way("client3")).toMatch(/via 192\.168\.1\.1 .*via 192\.168\.1\.10 /);
  await allIsWell();
});

it("comes back by itself when the owner's daemon is restarted", async () => {
  await Promise.all(CLIENTS.map((client) => inBox(client, `systemctl restart ${UNITS[client]}`)));
  await allIsWell();
});

it("comes back by itself when the host reboots", { timeout: 240_000 }, async () => {
  await Promise.all(CLIENTS.map(reboot));
  await allIsWell();
});

it("refuses an owner that it can't serve, and names the setting to go on with", async () => {
  const file = "/etc/systemd/network/10-eth1.network.d/90-person.conf";
  await inBox("client2", `printf '[Network]\\nGateway=192.168.1.1\\n' > ${file}`);
  try {
    const before = await inBox("client2", "ip route; cat /etc/systemd/network/*.d/*");
    const ran = await job("run", "--limit", "client2");
    expect(outcomes(ran)).toEqual({ client2: "network-owner" });
    expect(ran.exit).toBe(1);
    expect(ran.stdout).toContain(`${file}:2:Gateway=192.168.1.1`);
    expect(ran.stdout).toContain("persist: unit");
    expect(await inBox("client2", "ip route; cat /etc/systemd/network/*.d/*")).toBe(before);
    expect(outcomes(await job("plan", "--limit", "client2", "-e", "persist=unit"))).toEqual({
      client2: "ok",
    });
  } finally {
    await inBox("client2", `rm ${file}`);
  }
});

it("names a DHCP client's default that stays behind ours", async () => {
  await inBox("client3", "ip route add default via 192.168.1.1 dev eth1 metric 100 proto dhcp");
  const ran = await job("plan", "--limit", "client3");
  expect(ran.exit).toBe(0);
  expect(notes(ran, "client3").join("\n")).toContain(
    "this one wins over default metric 100 via 192.168.1.1 dev eth1 (dhcp)",
  );
  await inBox("client3", "ip route del default metric 100");
});
