import { expect, it } from "vitest";
import { degradedNotes, ineffective } from "../../src/drift/ineffective.js";
import { failover } from "../../src/resources/failover.js";
import { route } from "../../src/resources/route.js";
import { sysctl } from "../../src/resources/sysctl.js";
import { dump } from "../resources/sysctl-dump.js";

const RP = "net.ipv4.conf.eth1.rp_filter";
const FILE = "/etc/sysctl.d/50-ours.conf";
const hop = (gateway: string) => ({ gateway, dev: "eth1", flags: [] });

/** What the kind of routes really says of a table with these routes beside ours. */
function routeNotes(...others: readonly object[]): readonly string[] {
  const params = route.schema.parse({
    to: "default",
    metric: 50,
    via: [{ gateway: "10.0.0.1", dev: "eth1" }],
  });
  const ours = { dst: "default", metric: 50, protocol: "boot", ...hop("10.0.0.1") };
  const link = { dst: "10.0.0.0/24", dev: "eth1", protocol: "kernel", scope: "link", flags: [] };
  return route.resource.notes?.([JSON.stringify([ours, link, ...others])], params) ?? [];
}

/** What the kind of parameters really says of a host with these drop-ins. */
function sysctlNotes(files: Readonly<Record<string, string>>, all = "0"): readonly string[] {
  const params = sysctl.schema.parse({ key: RP, value: 0, file: FILE });
  const live = { all, eth1: "0" };
  const values = Object.entries(live).map(
    ([name, value]) => `/proc/sys/net/ipv4/conf/${name}/rp_filter:${value}\n`,
  );
  return sysctl.resource.notes?.([values.join(""), dump({ [FILE]: `${RP} = 0`, ...files })], params) ?? [];
}

it.each<[string, "route" | "sysctl", readonly string[]]>([
  ["a default of a lower metric", "route", routeNotes({ dst: "default", metric: 10, ...hop("10.0.0.9") })],
  [
    "a VPN's halves",
    "route",
    routeNotes({ dst: "0.0.0.0/1", ...hop("10.0.0.9") }, { dst: "128.0.0.0/1", ...hop("10.0.0.9") }),
  ],
  ["a later drop-in", "sysctl", sysctlNotes({ "/etc/sysctl.d/60-x.conf": `${RP}=1` })],
  ["a later line that keeps all off", "sysctl", sysctlNotes({ "/etc/sysctl.d/60-x.conf": `-${RP}` })],
  ["what procps reads last", "sysctl", sysctlNotes({ "/etc/sysctl.conf": `${RP}=1` })],
  ["a larger value of all", "sysctl", sysctlNotes({}, "1")],
])("counts as without effect: %s", (_what, kind, notes) => {
  expect(notes).toHaveLength(1);
  expect(ineffective(kind, notes)).toEqual({ why: notes[0], hint: expect.any(String) });
});

it("knows the note on a hidden drop-in", () => {
  const params = sysctl.schema.parse({ key: RP, value: 0, file: "/usr/lib/sysctl.d/50-ours.conf" });
  const files = { "/usr/lib/sysctl.d/50-ours.conf": `${RP}=0`, "/etc/sysctl.d/50-ours.conf": "" };
  const notes = sysctl.resource.notes?.(["", dump(files)], params) ?? [];
  expect(ineffective("sysctl", notes)?.why).toContain("hides /usr/lib/sysctl.d/50-ours.conf");
});

it("lets other notes be", () => {
  expect(
    ineffective("route", routeNotes({ dst: "default", metric: 90, ...hop("10.0.0.9") })),
  ).toBeUndefined();
  expect(ineffective("sysctl", sysctlNotes({ "/etc/sysctl.d/10-x.conf": `${RP}=1` }))).toBeUndefined();
});

it("tells a degraded set of gateways, as the failover service keeps it, from drift", () => {
  const params = failover.schema.parse({
    mode: "pinned",
    interface: "eth1",
    gateways: [{ address: "10.0.0.1" }, { address: "10.0.0.2" }],
    targets: ["192.0.2.1"],
  });
  const facts = "out 10.0.0.2 2026-01-01T00:00:00Z\n";
  const notes = failover.resource.notes?.(["", "", "", facts], params) ?? [];
  expect(notes).toHaveLength(1);
  expect(degradedNotes("failover", notes)).toEqual(notes);
  expect(ineffective("failover", notes)).toBeUndefined();
});
