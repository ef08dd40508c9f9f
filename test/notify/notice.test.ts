import { expect, it } from "vitest";
import type { Told } from "../../src/drift/memory.js";
import type { Standing } from "../../src/model/drift.js";
import { noticeOf, toldOf } from "../../src/notify/notice.js";
import type { LookedAt, Stand } from "../../src/report/stands.js";

const stand = (standing: Standing, ...tasks: readonly string[]): Stand => ({
  found: standing,
  standing,
  findings: tasks.map((task) => ({ task, title: `file ${task}`, looksLike: "an edit", fixable: true })),
  corrected: false,
});
const corrected = (...tasks: readonly string[]): Stand => ({
  ...stand("drifted", ...tasks),
  standing: "in-sync",
  corrected: true,
});
/** Something is without effect, which no correction changes. */
const stuck = (...tasks: readonly string[]): Stand => ({
  ...stand("drifted", ...tasks),
  findings: tasks.map((task) => ({ task, title: `sysctl ${task}`, looksLike: "no effect", fixable: false })),
});
const look = (hosts: Readonly<Record<string, Stand>>): LookedAt => ({
  playbook: "playbooks/ecmp.ts",
  inventory: "inventories/production",
  run: "r1",
  at: "2026-12-01T12:00:00.000Z",
  ms: 1,
  hosts: new Map(Object.entries(hosts)),
});

/** Looks of one host, one after another, each told; the last one's word for it, or undefined where it is no news. */
function told(...stands: readonly Stand[]): string | undefined {
  let known: Told | undefined;
  let text: string | undefined;
  for (const one of stands) {
    const looked = look({ web1: one });
    const notice = noticeOf(looked, () => known, {});
    text = notice?.text.split("\n")[1];
    known = toldOf(looked).get("web1");
  }
  return text;
}

it.each<readonly [string, readonly Stand[], string | undefined]>([
  ["in sync at first", [stand("in-sync")], undefined],
  ["drifted at first", [stand("drifted", "a")], "1 host drifted: web1"],
  ["drifted since", [stand("in-sync"), stand("drifted", "a")], "1 host drifted (was in sync): web1"],
  ["drifted still", [stand("drifted", "a"), stand("drifted", "a")], undefined],
  ["less has drifted", [stand("drifted", "a", "b"), stand("drifted", "a")], undefined],
  ["more has drifted", [stand("drifted", "a"), stand("drifted", "a", "b")], "1 host drifted: web1"],
  [
    "something has drifted again",
    [stand("drifted", "a", "b"), stand("drifted", "a"), stand("drifted", "a", "b")],
    "1 host drifted: web1",
  ],
  ["mended by others", [stand("drifted", "a"), stand("in-sync")], "1 host in sync again (was drifted): web1"],
  ["corrected", [stand("in-sync"), corrected("a")], "1 host corrected: web1"],
  ["corrected each time", [corrected("a"), corrected("a")], "1 host corrected: web1"],
  ["in sync after it was corrected", [corrected("a"), stand("in-sync")], undefined],
  [
    "without effect, and the rest corrected",
    [stand("in-sync"), { ...stuck("a"), corrected: true }],
    "1 host corrected in part, still drifted (was in sync): web1",
  ],
  ["without effect still", [stuck("a"), stuck("a")], undefined],
  ["flapping", [corrected("a"), stand("flapping", "a")], "1 host flapping (was in sync): web1"],
  ["flapping still", [stand("flapping", "a"), stand("flapping", "a")], undefined],
  ["unreachable", [stand("in-sync"), stand("unreachable")], "1 host unreachable (was in sync): web1"],
  ["unreachable still", [stand("unreachable"), stand("unreachable")], undefined],
  ["back", [stand("unreachable"), stand("in-sync")], "1 host in sync again (was unreachable): web1"],
])("tells what is new: %s", (_what, stands, expected) => {
  expect(told(...stands)).toBe(expected);
});

it("tells the same once for all hosts, and how all stand", () => {
  // Hosts end in any order; what is worst comes first.
  const hosts = {
    web4: stand("in-sync"),
    web3: corrected("/etc/b"),
    web2: stand("drifted", "/etc/a"),
    web1: stand("drifted", "/etc/a"),
  };
  const notice = noticeOf(look(hosts), () => undefined, { schedule: "ecmp-production" });
  expect(notice).toMatchObject({
    v: 1,
    run: "r1",
    schedule: "ecmp-production",
    hosts: { "in-sync": 2, drifted: 2, unreachable: 0 },
    changes: [{ host: "web1", to: "drifted" }, { host: "web2" }, { host: "web3", corrected: true }],
  });
  expect(notice?.summary).toBe("ecmp on production: 2 hosts drifted, 1 host corrected");
  expect(notice?.text).toBe(`${notice?.summary}
2 hosts drifted: web[1:2]
  file /etc/a: looks like an edit
1 host corrected: web3
  file /etc/b: looks like an edit
surefoot runs show r1`);
});

it("stays short, whatever a fleet comes to", () => {
  const names = Array.from({ length: 2000 }, (_, i) => `h${i * 7}`);
  const hosts = Object.fromEntries(
    names.map((name, i) => [name, stand("drifted", `/etc/${i % 40}`, "x\n\u001b[2J")]),
  );
  const text = noticeOf(look(hosts), () => undefined, {})?.text ?? "";
  expect(text).toContain("and 28 more kinds of change");
  expect(text.length).toBeLessThan(8000);
  expect(text).not.toContain("\u001b");
});
