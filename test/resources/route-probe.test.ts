import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sh } from "../../src/model/sh.js";
import { deleteCommand } from "../../src/resources/route/commands.js";
import { routesProbe } from "../../src/resources/route/probe.js";
import { parseRoutes } from "../../src/resources/route/read.js";
import type { RouteState } from "../../src/resources/route/state.js";
import { shellEnvironment } from "./environments.js";
import { itInNetns } from "./in-netns.js";

const dir = mkdtempSync(join(tmpdir(), "surefoot-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const state: RouteState = {
  via: [{ gateway: "192.168.1.1", dev: "eth1", weight: 1 }],
  type: "unicast",
  scope: "global",
  protocol: "boot",
};
const host = sh`ip link add eth1 type veth peer name peer
ip link set eth1 up
ip addr add 192.168.1.20/24 dev eth1
ip -6 addr add fd00::20/64 dev eth1 nodad`;

describe("taking back what was never done", () => {
  const key = { table: "main", to: "default" } as const;
  itInNetns("leaves a DHCP client's default over the same gateway alone", async ({ run }) => {
    await run(sh`${host}\nip route add default via 192.168.1.1 dev eth1 metric 100 proto dhcp`);
    const before = await run(sh`ip route`);
    expect(before.stdout).toContain("default via 192.168.1.1 dev eth1 proto dhcp metric 100");
    expect(await run(deleteCommand({ ...key, family: 4, metric: 0 }, state))).toMatchObject({
      exit: 0,
      stderr: "",
    });
    expect(await run(sh`ip route`)).toEqual(before);
  });

  itInNetns("succeeds where nothing is, not even the table", async ({ run }) => {
    await run(host);
    for (const family of [4, 6] as const) {
      for (const table of ["main", "77"]) {
        const command = deleteCommand({ ...key, family, table, metric: 1024 }, state);
        expect(await run(command)).toMatchObject({ exit: 0, stderr: "" });
      }
    }
  });
});

describe("reading", () => {
  itInNetns("a table that nothing is in, and one that has no name", async ({ run }) => {
    await run(host);
    expect(parseRoutes((await run(routesProbe(4, "77"))).stdout)).toEqual([]);
    expect(parseRoutes((await run(routesProbe(6, "77"))).stdout)).toEqual([]);
    expect(await run(routesProbe(4, "nosuch"))).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("table id value is invalid"),
    });
  });

  itInNetns("metrics only where a route has some", async ({ run }) => {
    await run(host);
    const lines = async (): Promise<number> => (await run(routesProbe(4, "main"))).stdout.split("\n").length;
    await run(sh`ip route add 10.0.0.0/8 via 192.168.1.1`);
    expect(await lines()).toBe(2);
    await run(sh`ip route add 11.0.0.0/8 via 192.168.1.1 mtu lock 1400`);
    expect(await lines()).toBe(5);
    const [, eleven] = parseRoutes((await run(routesProbe(4, "main"))).stdout);
    expect(eleven).toMatchObject({ to: "11.0.0.0/8", metrics: { mtu: "lock 1400" } });
  });

  it.each([
    ["busybox", "echo \"ip: invalid option -- 'j'\" >&2; exit 1"],
    ["no ip at all", null],
  ])("refuses a host with %s", async (_name, text) => {
    const ip = join(dir, "ip");
    rmSync(ip, { force: true });
    if (text !== null) {
      writeFileSync(ip, `#!/bin/sh\n${text}\n`);
      chmodSync(ip, 0o755);
    }
    const { run, dispose } = await shellEnvironment();
    const ended = await run(sh`PATH=${dir}\n${routesProbe(4, "main")}`);
    await dispose();
    expect(ended.exit).toBe(0);
    expect(() => parseRoutes(ended.stdout)).toThrow(/not iproute2/);
  });

  it("gives the tool's own words where it fails", async () => {
    const ip = join(dir, "ip");
    writeFileSync(
      ip,
      "#!/bin/sh\n[ $1 = -V ] && echo 'ip utility, iproute2-6.1.0' && exit\necho 'Cannot talk to rtnetlink' >&2; exit 1\n",
    );
    chmodSync(ip, 0o755);
    const { run, dispose } = await shellEnvironment();
    const ended = await run(sh`PATH=${dir}\n${routesProbe(4, "main")}`);
    await dispose();
    expect(ended).toMatchObject({ exit: 1, stderr: expect.stringContaining("Cannot talk to rtnetlink") });
  });
});
