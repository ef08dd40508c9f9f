import { describe, expect, it } from "vitest";
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
    const sh = scriptsOf("WantedBy=multi-user.target");
    expect(sh).toContain(`systemctl enable --quiet --no-reload -- ${NAME}`);
    expect(sh).toContain(`systemctl start -- ${NAME}`);
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

it.each([
  ["no systemd", "NoSystemd=yes\n", "needs systemd, which does not run on this host"],
  ["a masked unit", `Id=${NAME}\nLoadState=masked\nActiveState=inactive\n`, "is masked"],
  ["a systemctl that says nothing", "", "is not known: systemctl said nothing"],
])("is unknown, and never absent, with %s", (_name, shown, message) => {
  const { resource, params } = systemdUnit({ name: NAME, started: true });
  expect(() => resource.parse([shown], params)).toThrow(message);
});
