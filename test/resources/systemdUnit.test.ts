import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { systemdUnit } from "../../src/resources/systemdUnit.js";
import type { UnitState } from "../../src/resources/unit/state.js";

const NAME = "made.service";

function scriptsOf(install: string, from: UnitState | null = null): string {
  const content = `[Service]\nExecStart=/bin/true\n\n[Install]\n${install}\n`;
  const { resource, params } = systemdUnit({ name: NAME, content, enabled: true, started: true });
  const to = resource.target(params, from);
  return resource
    .steps(from, to, params)
    .map(({ run }) => run.sh)
    .join("\n");
}

describe("a unit that systemd does not know", () => {
  it("is enabled without reading all units again where targets alone want it", () => {
    expect(scriptsOf("WantedBy=multi-user.target")).toContain(
      `systemctl enable --now --no-reload -- ${NAME}`,
    );
  });

  it.each([
    "WantedBy=ssh.service",
    "RequiredBy=multi-user.target",
    "WantedBy=multi-user.target\nAlias=other.service",
    "WantedBy=multi-user.target\nAlso=other.service",
  ])("is enabled as ever with %j", (install) => {
    expect(scriptsOf(install)).not.toContain("--no-reload");
  });

  it("is no longer unknown once a unit of that name is there", () => {
    const known: UnitState = { file: null, enabled: false, active: false, stale: false };
    expect(scriptsOf("WantedBy=multi-user.target", known)).not.toContain("--no-reload");
  });
});

/** What systemctl says and how it ends, by its first word; it does nothing else. */
type Says = Readonly<Record<string, string>>;

describe("enabling and starting it", () => {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const CREATED = "echo 'Created symlink a -> b.' >&2";
  const CHANGED =
    "echo \"Warning: made.service changed on disk. Run 'systemctl daemon-reload' to reload units.\" >&2";
  const LIMIT = "echo LoadState=loaded Result=start-limit-hit";

  function calls(says: Says, wanted: Partial<Parameters<typeof systemdUnit>[0]>, undo = false) {
    const cases = Object.entries(says).map(([verb, does]) => `${verb}) ${does} ;;`);
    const log = join(dir, "log");
    writeFileSync(log, "");
    writeFileSync(
      join(dir, "systemctl"),
      `#!/bin/sh\necho "$*" >>${log}\ncase $1 in\n${cases.join("\n")}\nesac\n`,
    );
    chmodSync(join(dir, "systemctl"), 0o755);
    const content = "[Service]\nExecStart=/bin/true\n\n[Install]\nWantedBy=multi-user.target\n";
    const { resource, params } = systemdUnit({ name: NAME, content, ...wanted });
    const there = {
      file: { content: { text: content }, mode: "0644" },
      enabled: true,
      active: true,
      stale: false,
    };
    const step = resource.steps(null, undo ? there : resource.target(params, null), params).at(-1);
    const env = { PATH: `${dir}:${process.env.PATH ?? ""}` };
    const ran = spawnSync("sh", ["-ec", step?.run.sh ?? ""], { env, encoding: "utf8" });
    const said = readFileSync(log, "utf8").replaceAll(` -- ${NAME}`, "").trim().split("\n");
    return { said, status: ran.status, stderr: ran.stderr };
  }
  const on = { enabled: true, started: true } as const;
  const both = "enable --now --no-reload";

  it("takes one process", () => {
    expect(calls({ enable: CREATED }, on)).toEqual({ said: [both], status: 0, stderr: "" });
  });

  it("starts what was enabled before, which systemctl before 233 does not", () => {
    expect(calls({}, on)).toEqual({ said: [both, "start"], status: 0, stderr: "" });
  });

  it("has the file read where another of that name was known, and runs it", () => {
    const { said, status } = calls({ enable: `${CREATED}; ${CHANGED}` }, on);
    expect({ said, status }).toEqual({ said: [both, "daemon-reload", "restart"], status: 0 });
  });

  it("leaves what runs alone where that is not wanted, and where an undo puts back what was never taken away", () => {
    const kept = [both, "start", "daemon-reload"];
    expect(calls({ start: CHANGED }, { ...on, restartOnChange: false }).said).toEqual(kept);
    expect(calls({ start: CHANGED }, { enabled: false, started: false }, true).said).toEqual(kept);
  });

  it("has all units read and starts it once more where it had failed too often", () => {
    const { said, status, stderr } = calls({ enable: "echo no >&2; exit 1", show: LIMIT }, on);
    expect({ said, status, stderr }).toEqual({
      said: [both, "show -p LoadState,Result", "daemon-reload", "start"],
      status: 0,
      stderr: "no\n",
    });
  });

  it("has all units read once where it failed by another file", () => {
    const { said, status } = calls({ enable: `${CREATED}; ${CHANGED}; exit 1` }, on);
    expect({ said, status }).toEqual({
      said: [both, "show -p LoadState,Result", "daemon-reload", "start"],
      status: 0,
    });
  });

  it.each<[string, Says]>([
    ["at once", { enable: `${CREATED}; exit 1` }],
    ["the second time", { enable: `${CREATED}; exit 1`, show: LIMIT, start: "exit 1" }],
    ["as it was enabled", { start: "echo no >&2; exit 1" }],
    ["by another file", { enable: `${CREATED}; ${CHANGED}`, restart: "exit 1" }],
    ["to be read", { enable: `${CREATED}; ${CHANGED}`, "daemon-reload": "exit 1" }],
  ])("fails where it fails %s", (_name, says) => {
    expect(calls(says, on).status).toBe(1);
  });
});

it.each([
  ["no systemd", "NoSystemd=yes\n", "needs systemd, which does not run on this host"],
  ["a masked unit", `Id=${NAME}\nLoadState=masked\nActiveState=inactive\n`, "is masked"],
  ["a systemctl that says nothing", "", "is not known: systemctl said nothing"],
])("is unknown, and never absent, with %s", (_name, shown, message) => {
  const { resource, params } = systemdUnit({ name: NAME, started: true });
  expect(() => resource.parse([shown], params)).toThrow(message);
});
