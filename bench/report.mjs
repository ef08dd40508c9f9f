// The page of `--report html=FILE` for many simulated hosts: how large it is, and how much memory it takes to make.
// --open: also how long Chromium takes to open it, from the navigation's start to the end of its load event, five times in fresh contexts.
// node bench/report.mjs [--hosts 10000] [--command run|drift|verify] [--out page.html] [--open]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { internals } from "../scripts/lib/bundle.mjs";

const [{ htmlReporter }] = await internals("report/html");

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "10000" },
    command: { type: "string", default: "run" },
    out: { type: "string" },
    open: { type: "boolean", default: false },
  },
});
const hosts = Number(values.hosts);
const { command } = values;
const at = "2026-11-25T09:00:00.000Z";
const dir = mkdtempSync(join(tmpdir(), "surefoot-page-"));
const file = values.out ?? join(dir, "page.html");
const reporter = htmlReporter(file);
const tell = (event) => reporter.onEvent({ ...event, at });

/** Plans differ in a hundred ways, as those of racks with gateways of their own do. */
const content = (i, more) =>
  `[Unit]\nDescription=Two ways out\n[Service]\nType=oneshot\nExecStart=/sbin/ip route replace default nexthop via 10.0.${i % 100}.1 nexthop via 10.0.${i % 100}.2\n${more}[Install]\nWantedBy=multi-user.target\n`;
const task = (kind, title, actual, desired, step, layer, cuts = false) => ({
  id: title,
  kind,
  title,
  status: "change",
  actual,
  desired,
  undo: [],
  notes: [],
  sensitive: false,
  become: true,
  steps: [{ title: step, run: { sh: ":" }, layer, cuts }],
});
const tasks = (i) => [
  task(
    "sysctl",
    "sysctl net.ipv4.fib_multipath_hash_policy",
    { live: "0" },
    { live: "1" },
    "set net.ipv4.fib_multipath_hash_policy = 1 (was 0)",
    "running",
  ),
  task(
    "route",
    "route default",
    { via: [1] },
    { via: [1, 2] },
    `replace default via 10.0.${i % 100}.1, 10.0.${i % 100}.2`,
    "running",
    true,
  ),
  task(
    "file",
    "file /etc/systemd/system/ecmp-route.service",
    { content: content(i, "") },
    { content: content(i, "RemainAfterExit=yes\n") },
    "write /etc/systemd/system/ecmp-route.service",
    "startup",
  ),
];
const finding = (i) => ({
  task: "s",
  kind: "sysctl",
  title: "sysctl net.ipv4.ip_forward",
  since: "2026-11-24T21:30:01.000Z",
  fixable: i % 3 > 0,
  fields: [{ field: "live", desired: "1", applied: "1", found: "0" }],
  applied: { run: "20261120T100000Z-04937c", at: "2026-11-20T10:00:00.000Z" },
  inSync: "2026-11-24T21:15:01.000Z",
  looksLike: "somebody's `sysctl -w`, or a tool: it was set live only, and the drop-in is as we left it",
  ...(i % 3 > 0
    ? {}
    : { hint: "Remove that line on the host, or give the task a file whose name comes later." }),
});
const error = (code, message) => ({
  code,
  message,
  place: { host: "x", at: "write /etc/x" },
  hint: "Look at the host.",
  detail: "sh: 1: <script>alert(1)</script>",
});

tell({
  type: "run-started",
  v: 1,
  run: "20261125T090000Z-1f0c3a",
  command,
  playbook: "playbooks/ecmp.ts",
  inventory: "inventories/production",
  hosts,
  journal: ".surefoot/runs/20261125T090000Z-1f0c3a.jsonl",
});
for (let i = 1; i <= hosts; i++) {
  const host = `client${i}`;
  const one = i % 97;
  if (command === "run") {
    tell({ type: "host-planned", host, plan: { host, tasks: one < 40 ? tasks(i) : [] } });
    const outcome =
      one === 0
        ? "failed"
        : one === 1
          ? "unreachable"
          : one === 2
            ? "rolled-back"
            : one < 40
              ? "changed"
              : one < 90
                ? "ok"
                : "skipped";
    tell({
      type: "host-finished",
      host,
      outcome,
      ms: 900,
      ...(one < 3
        ? { error: error(one === 1 ? "connect-timeout" : "step-failed", "a step failed with exit 1") }
        : {}),
    });
  } else if (command === "drift") {
    const standing = one === 0 ? "unreachable" : one < 8 ? "drifted" : one === 8 ? "flapping" : "in-sync";
    if (one > 0 && one < 9) tell({ type: "host-planned", host, plan: { host, tasks: tasks(i).slice(0, 1) } });
    tell({
      type: "host-drift",
      host,
      standing,
      findings: one > 0 && one < 9 ? [finding(i)] : [],
      degraded: [],
    });
    tell({
      type: "host-finished",
      host,
      outcome: one === 0 ? "unreachable" : one < 9 ? "would-change" : "ok",
      ms: 900,
      ...(one === 0 ? { error: error("connect-timeout", "no login within 30 s") } : {}),
    });
  } else {
    const verdict = one === 0 ? "fail" : "pass";
    tell({
      type: "check-finished",
      host,
      check: "egress",
      kind: "egress",
      title: "egress of 400 connections",
      verdict,
      summary:
        verdict === "pass" ? "balanced" : "203.0.113.99 got 3 % of 400 connections, expected 50 % ± 9 %",
      shares: [
        { name: "203.0.113.221", count: 200 + (i % 9), expected: 0.5 },
        { name: "203.0.113.99", count: 200 - (i % 9), expected: 0.5 },
      ],
      ...(one === 0 ? { hint: "Look at the gateway." } : {}),
    });
    tell({
      type: "check-finished",
      host,
      check: "hop",
      kind: "flowPrediction",
      title: "next hops of 1000 flows",
      verdict: "pass",
      summary: "ok",
      shares: [
        { name: "192.168.1.1", count: 510, expected: 0.5 },
        { name: "192.168.1.10", count: 490, expected: 0.5 },
      ],
    });
    tell({
      type: "host-finished",
      host,
      outcome: one === 0 ? "failed" : "ok",
      ms: 900,
      ...(one === 0 ? { error: error("check-failed", "1 check failed") } : {}),
    });
  }
}
tell({ type: "run-finished", run: "20261125T090000Z-1f0c3a", tally: {}, exitCode: 1, ms: 192_000 });
await reporter.close();
process.stdout.write(
  `${hosts} hosts: a page of ${(statSync(file).size / 1e6).toFixed(2)} MB, peak memory ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB\n`,
);
if (values.open) {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium" });
  const times = [];
  for (let i = 0; i < 5; i++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
    times.push(await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"));
    const before = performance.now();
    await page.locator("#filter input").fill("client99");
    await page.waitForFunction("document.querySelector('#filter output').textContent.includes(' of ')");
    times.push(performance.now() - before);
    await context.close();
  }
  await browser.close();
  const told = (from) =>
    times
      .filter((_, at) => at % 2 === from)
      .map((ms) => ms.toFixed(0))
      .join(", ");
  process.stdout.write(`opened in ${told(0)} ms; filtered in ${told(1)} ms\n`);
}
rmSync(dir, { recursive: true });
