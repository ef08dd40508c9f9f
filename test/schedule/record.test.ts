import { expect, it } from "vitest";
import { defaultName, differences, isName, newSchedule, parseSchedule } from "../../src/schedule/record.js";
import { CHOSEN } from "./sample.js";

it("reads back what it writes, field by field in the same order", () => {
  const schedule = newSchedule({ ...CHOSEN, limit: "web", onFailure: "alert.service" });
  const text = JSON.stringify(schedule);
  expect(parseSchedule(text)).toEqual(schedule);
  expect(JSON.stringify(parseSchedule(text))).toBe(text);
});

it.each([
  ["no JSON", "{"],
  ["another version", JSON.stringify({ ...newSchedule(CHOSEN), v: 2 })],
  ["a field that is not known", JSON.stringify({ ...newSchedule(CHOSEN), more: 1 })],
])("says what is wrong with %s", (_what, text) => {
  expect(parseSchedule(text)).toEqual(expect.any(String));
});

it.each([
  ["/srv/playbooks/ecmp.ts", "/srv/inventories/production", "ecmp-production"],
  ["/srv/a b.ts", "/srv/hosts.ini", "a-b-hosts"],
  ["/srv/ü.ts", "/srv/ü", "fleet"],
])("calls %s on %s %s", (playbook, inventory, name) => {
  expect(defaultName(playbook, inventory)).toBe(name);
  expect(isName(name)).toBe(true);
});

it.each(["", "a/b", "../x", "a b", "a%n", "a@b", "-a", "a.service", "a\nb", "x".repeat(64)])(
  "takes %j for no name",
  (name) => {
    expect(isName(name)).toBe(false);
  },
);

it("tells what differs, and nothing where all means the same", () => {
  const was = newSchedule(CHOSEN, new Date(0));
  expect(differences(was, newSchedule(CHOSEN))).toEqual([]);
  const is = newSchedule({
    ...CHOSEN,
    on: "hourly",
    limit: "web",
    pins: { files: { "/srv/fleet/playbooks/ecmp.ts": "bb" }, inventory: { "/srv/hosts.yml": "cc" } },
  });
  expect(differences(was, is)).toEqual([
    "when: *:0/15 -> hourly",
    "limit: none -> web",
    "pinned anew: /srv/fleet/playbooks/ecmp.ts has changed",
    "pinned anew: /srv/hosts.yml is new",
  ]);
});
