import { expect, it } from "vitest";
import type { HostGroup, RunRecord } from "../../src/history/record.js";
import type { Lane, Timeline } from "../../src/history/timeline.js";
import { tellTimeline } from "../../src/history/timeline.js";
import { timelineHtml } from "../../src/history/timeline-html.js";
import { all, parse, textOf } from "../report/html/parse.js";

const HOUR = 3_600_000;
const to = new Date("2026-01-08T10:30:00.000Z");
const week = { from: new Date(to.getTime() - 7 * 24 * HOUR), to };

function record(at: string, groups: readonly Partial<HostGroup>[], more: Partial<RunRecord> = {}): RunRecord {
  return {
    run: "r",
    at,
    command: "drift",
    who: { user: "ops", host: "bastion", pid: 1 },
    playbook: "/p.ts",
    inventory: "/inv",
    ...(more.run === "open" ? {} : { ended: { at, exit: 0 } }),
    quiet: { inSync: 0, skipped: 0 },
    groups: groups.map((group) => ({
      command: "drift",
      end: "drifted",
      things: [],
      hosts: [["a", 0]],
      ...group,
    })),
    ...more,
  };
}

const told = (records: readonly RunRecord[], span = week): Timeline =>
  tellTimeline(records, span, () => false);
/** A lane as text: its word, its hosts, and the steps in which there are any. */
const lane = ({ word, tone, hosts, steps }: Lane): string =>
  `${word} (${tone}) ${hosts}: ${steps.flatMap((count, i) => (count > 0 ? [`${i}=${count}`] : [])).join(" ")}`;

it("counts each host once in a step, in the lane of what happened to it, the worst first", () => {
  const timeline = told([
    record("2026-01-08T10:10:00.000Z", [{ end: "changed" }]),
    record("2026-01-08T10:05:00.000Z", [
      {
        hosts: [
          ["a", 1],
          ["b", 2],
        ],
      },
    ]),
    record("2026-01-08T09:00:00.000Z", [{ hosts: [["b", 0]] }, { end: "in-sync", hosts: [["c", 0]] }]),
    record("2026-01-08T08:59:00.000Z", [
      { end: "failed", command: "run" },
      { end: "changed", command: "run" },
    ]),
    record("2026-01-08T08:10:00.000Z", [{ end: "open" }], { run: "open" }),
    record("2026-01-08T08:00:00.000Z", [{ end: "changed", command: "rollback" }]),
  ]);
  expect(timeline.lanes.map(lane)).toEqual([
    "failed (bad) 1: 83=1",
    "cut short (bad) 1: 83=1",
    "drifted (change) 2: 83=1 84=2",
    "corrected (good) 1: 84=1",
    "changed (good) 1: 83=1",
    "taken back (good) 1: 83=1",
  ]);
  expect(timeline.runs.slice(-3)).toEqual([0, 4, 2]);
});

it("takes a name in another inventory for another host", () => {
  const at = "2026-01-08T09:00:00.000Z";
  const { lanes } = told([record(at, [{}]), record(at, [{}], { inventory: "/other" })]);
  expect(lanes.map(lane)).toEqual(["drifted (change) 2: 83=2"]);
});

it("tells when a host was done, and nothing outside of the time that is asked for", () => {
  const late = record("2026-01-07T23:50:00.000Z", [{ hosts: [["a", 1_200]] }]);
  const before = record("2026-01-01T10:20:00.000Z", [
    {
      hosts: [
        ["old", 0],
        ["new", 900],
      ],
    },
  ]);
  const after = record("2026-01-09T00:00:00.000Z", [{ hosts: [["later", 0]] }]);
  const { lanes, periods } = told([after, late, before]);
  expect(lanes.map(lane)).toEqual(["drifted (change) 2: 0=1 79=1"]);
  expect(periods.map((at) => new Date(at).toISOString().slice(8, 13))).toEqual([
    "01T10",
    "02T00",
    "03T00",
    "04T00",
    "05T00",
    "06T00",
    "07T00",
    "08T00",
  ]);
  expect(lanes[0]?.periods).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
});

it.each([1, 24, 7 * 24, 31 * 24, 400 * 24, 4_000 * 24])(
  "tells %i hours in few periods of many steps",
  (hours) => {
    const timeline = told([], { from: new Date(to.getTime() - hours * HOUR), to });
    expect(timeline.periods.length).toBeLessThanOrEqual(8);
    expect(timeline.steps).toBeGreaterThanOrEqual(12);
    expect(timeline.steps).toBeLessThanOrEqual(120);
    expect(timeline.from + timeline.steps * timeline.step).toBeGreaterThanOrEqual(to.getTime());
  },
);

it("says in words and in a table what is drawn", () => {
  const root = parse(
    timelineHtml(
      told([
        record("2026-01-08T09:00:00.000Z", [
          {
            hosts: [
              ["a", 0],
              ["b", 0],
            ],
          },
        ]),
      ]),
    ).toString(),
  );
  const [drawing] = all(root, "svg");
  expect(drawing?.attributes.get("role")).toBe("img");
  expect(drawing?.attributes.get("aria-label")).toBe(
    "From 2026-01-01 10:00 to 2026-01-08 12:00 UTC: 2 hosts drifted. The table below says the same.",
  );
  expect(all(root, "title").map(textOf)).toEqual([
    "2026-01-08 08:00 to 10:00 UTC: 2 hosts drifted",
    "2026-01-08 08:00 to 10:00 UTC: 1 run",
  ]);
  const [table] = all(root, "table");
  const rows = table === undefined ? [] : all(table, "tr").map(textOf);
  expect(rows).toHaveLength(9);
  expect(rows[0]).toBe("whendrifted");
  expect(rows.at(-1)).toBe("from 2026-01-082");
});

it("says where nothing happened", () => {
  const text = textOf(parse(timelineHtml(told([])).toString()));
  expect(text).toContain("Nothing changed, drifted or failed.");
});
