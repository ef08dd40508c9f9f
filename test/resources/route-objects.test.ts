import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sh } from "../../src/model/sh.js";
import { addCommands, removeCommands, replaceGroup } from "../../src/resources/route/nexthops/commands.js";
import { BUCKETS, NEXTHOPS } from "../../src/resources/route/nexthops/probe.js";
import { lackingIn, parseObjects } from "../../src/resources/route/nexthops/read.js";
import { route } from "../../src/resources/route.js";
import { shellEnvironment } from "./environments.js";
import { carryOut, probe } from "./harness.js";
import { itInNetns } from "./in-netns.js";

// Without addresses that the kernel gives by itself: they come into use a while later, in the middle of a comparison.
const host = sh`ip link add eth1 type veth peer name peer
ip link set eth1 addrgenmode none
ip link set peer addrgenmode none
ip link set peer up
ip link set eth1 up
ip addr add 192.168.1.20/24 dev eth1
ip -6 addr add fd00::20/64 dev eth1 nodad`;
const key = { family: 4, table: "main", to: "default", metric: 0 } as const;
const A = { id: 4001, gateway: "192.168.1.1", dev: "eth1" };
const G = { id: 4000, members: [{ id: 4001, weight: 1 }] };
const all = [A, G];
const SHOW = sh`ip -d nexthop show; ip -d route show table all; ip -d -6 route show table all`;

describe("removing objects", () => {
  itInNetns("succeeds where none is, and leaves those of others", async ({ run }) => {
    await run(sh`${host}
ip nexthop add id 4001 via 192.168.1.7 dev eth1 proto static
ip nexthop add id 4000 group 4001`);
    const before = await run(SHOW);
    expect(await run(removeCommands(all))).toEqual({ exit: 0, stdout: "", stderr: "" });
    expect(await run(SHOW)).toEqual(before);
    await run(sh`ip nexthop flush`);
    expect(await run(removeCommands(all))).toEqual({ exit: 0, stdout: "", stderr: "" });
  });

  itInNetns(
    "refuses where a route of another table or family leads there: it would go, too",
    async ({ run }) => {
      await run(sh`${host}\n${addCommands(key, all)}\nip route add 10.0.0.0/8 nhid 4000 table 77`);
      const before = await run(SHOW);
      expect(await run(removeCommands(all))).toMatchObject({
        exit: 1,
        stderr: expect.stringMatching(
          /^other routes lead to these nexthop objects: 10\.0\.0\.0\/8 nhid 4000/,
        ),
      });
      expect(await run(SHOW)).toEqual(before);
      await run(
        sh`ip route flush table 77; ip -6 nexthop add id 4002 via fd00::1 dev eth1 proto 83; ip -6 route add fd01::/64 nhid 4002`,
      );
      const six = removeCommands([{ id: 4002, gateway: "fd00::1", dev: "eth1" }]);
      expect(await run(six)).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining("fd01::/64 nhid 4002"),
      });
      await run(sh`ip -6 route del fd01::/64`);
      expect(await run(six)).toMatchObject({ exit: 0 });
      expect((await run(sh`ip nexthop show`)).stdout).not.toContain("4002");
    },
  );

  itInNetns("refuses where another group has one: it would lose it", async ({ run }) => {
    await run(
      sh`${host}\n${addCommands(key, [A])}\nip nexthop add id 14001 via 192.168.1.7 dev eth1\nip nexthop add id 9 group 14001/4001`,
    );
    expect(await run(removeCommands([A]))).toMatchObject({
      exit: 1,
      stderr: expect.stringMatching(/^another group has these nexthop objects: id 9 group 14001\/4001/),
    });
    await run(sh`ip nexthop replace id 9 group 14001`);
    expect(await run(removeCommands([A]))).toMatchObject({ exit: 0, stderr: "" });
  });
});

describe("making objects", () => {
  itInNetns("twice changes nothing", async ({ run }) => {
    await run(host);
    const R = { ...G, id: 4002, resilient: { buckets: 8, idleTimer: 60, unbalancedTimer: 0 } };
    await run(addCommands(key, [A, R]));
    expect(await run(addCommands(key, all))).toEqual({ exit: 0, stdout: "", stderr: "" });
    const heard = await run(sh`d=$(mktemp)
ip monitor nexthop >>$d & m=$!
i=0
until grep -q 'id 98' $d || [ $i -ge 200 ]; do i=$((i+1)); ip nexthop replace id 98 blackhole; sleep 0.02; done
echo begin >>$d
(${addCommands(key, all)})
(${replaceGroup(G)})
(${replaceGroup(R)})
ip nexthop add id 99 blackhole
i=0
until grep -q 'id 99' $d || [ $i -ge 200 ]; do i=$((i+1)); sleep 0.02; done
kill $m
cat $d
rm $d`);
    expect(heard.stdout).toMatch(/id 98/);
    expect(heard.stdout.split("begin\n")[1]).toMatch(/^id 99 blackhole *\n$/);
  });

  itInNetns("fails where somebody else has the number", async ({ run }) => {
    await run(sh`${host}\nip nexthop add id 4001 via 192.168.1.7 dev eth1`);
    expect(await run(sh`set -e\n${addCommands(key, all)}`)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("File exists"),
    });
  });
});

itInNetns(
  "a group goes with its link's carrier, a plain route stays; the next run puts the group back",
  async ({ run }) => {
    const via = [
      { gateway: "192.168.1.1", dev: "eth1" },
      { gateway: "192.168.1.10", dev: "eth1" },
    ];
    const group = route({ to: "default", via, nexthops: "group" });
    const plain = route({ to: "10.0.0.0/8", via });
    await run(host);
    const apply = async (task: typeof group): Promise<void> => {
      const { resource, params } = task;
      const actual = await probe(run, task);
      await carryOut(run, resource.steps(actual, resource.target(params, actual), params));
    };
    await apply(group);
    await apply(plain);
    const before = await probe(run, group);
    await run(sh`ip link set peer down; i=0
while ip nexthop show | grep -q . && [ $i -lt 200 ]; do i=$((i+1)); sleep 0.02; done`);
    expect(await probe(run, group)).toBeNull();
    expect(await probe(run, plain)).not.toBeNull();
    await run(sh`ip link set peer up`);
    await apply(group);
    expect(await probe(run, group)).toEqual(before);
  },
);

describe("reading", () => {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** What a script prints on a host whose `ip nexthop` ends like this. */
  async function said(script: typeof NEXTHOPS, words: string, exit: number) {
    const ip = join(dir, "ip");
    writeFileSync(ip, `#!/bin/sh\nprintf '%s\\n' '${words}' >&2\nexit ${exit}\n`);
    chmodSync(ip, 0o755);
    const { run, dispose } = await shellEnvironment();
    const ended = await run(sh`PATH=${dir}\n${script}`);
    await dispose();
    return ended;
  }

  it.each([
    [NEXTHOPS, 'Object "nexthop" is unknown, try "ip help".', 255],
    [NEXTHOPS, "RTNETLINK answers: Operation not supported\nDump terminated", 1],
    [BUCKETS, 'Command "bucket" is unknown, try "ip nexthop help".', 255],
    [BUCKETS, "RTNETLINK answers: Operation not supported\nDump terminated", 2],
  ])("takes for lacking what says so: %#", async (script, words, exit) => {
    const ended = await said(script, words, exit);
    expect(ended).toMatchObject({ exit: 0, stderr: "" });
    expect(lackingIn(ended.stdout)).toBe(words.split("\n")[0]);
  });

  it.each([NEXTHOPS, BUCKETS])("takes any other failure for one: %#", async (script) => {
    expect(await said(script, "Cannot send dump request: No buffer space", 1)).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining("No buffer space"),
    });
  });

  itInNetns("a kernel that has all of it", async ({ run }) => {
    await run(sh`ip link set lo up`);
    const ended = await run(NEXTHOPS);
    expect(parseObjects(ended.stdout)).toEqual({ found: [] });
    expect(await run(BUCKETS)).toEqual({ exit: 0, stdout: "", stderr: "" });
  });
});
