import { expect, it } from "vitest";
import type { Chosen } from "../../src/schedule/record.js";
import { newSchedule } from "../../src/schedule/record.js";
import { serviceText, timerText } from "../../src/schedule/units.js";
import { CHOSEN } from "./sample.js";

const RECORD = "/etc/surefoot/schedules/ecmp-production.json";

/** Values of a setting in a unit's text. */
const values = (text: string, setting: string): readonly string[] =>
  text
    .split("\n")
    .flatMap((line) => (line.startsWith(`${setting}=`) ? [line.slice(setting.length + 1)] : []));
const service = (more: Partial<Chosen> = {}): string =>
  serviceText(newSchedule({ ...CHOSEN, ...more }), RECORD);

it("runs the look as its user, from its folder, held to its record", () => {
  const text = service({ limit: "web:!web1", tags: ["a", "b"], extraVar: ["x=1"] });
  expect(values(text, "ExecStart")).toEqual([
    `/usr/bin/node /usr/lib/surefoot/main.js drift /srv/fleet/playbooks/ecmp.ts -i /srv/fleet/inventories/production --state /srv/fleet/.surefoot --fix --yes --limit "web:!web1" --tags a,b -e x=1 --forks 50 --scheduled ${RECORD}`,
  ]);
  expect(values(text, "User")).toEqual(["deploy"]);
  expect(values(text, "WorkingDirectory")).toEqual(["/srv/fleet"]);
  expect(values(text, "ReadWritePaths")).toEqual(['"-/srv/fleet/.surefoot"']);
});

it("may write its metrics, and nothing else but its state", () => {
  const text = service({ metrics: "/var/lib/node exporter/surefoot.prom" });
  expect(values(text, "ReadWritePaths")).toEqual(['"-/srv/fleet/.surefoot" "-/var/lib/node exporter"']);
  expect(values(text, "ExecStart")[0]).toContain('--metrics "/var/lib/node exporter/surefoot.prom"');
});

it("changes nothing unless it is told to", () => {
  expect(service({ fix: false })).not.toMatch(/--fix|--yes/);
});

it("counts drift as a success, and ends what takes too long", () => {
  const text = service({ onFailure: "alert@%n.service" });
  expect(values(text, "SuccessExitStatus")).toEqual(["2 130"]);
  expect(values(text, "TimeoutStartSec")).toEqual(["1h"]);
  expect(values(text, "OnFailure")).toEqual(["alert@%n.service"]);
  expect(values(service(), "OnFailure")).toEqual([]);
});

it("hands secrets over as credentials, and programs that print them as they are", () => {
  const text = service({
    vault: ["/root/a b", "/root/100%"],
    vaultPrograms: ["/usr/bin/pw"],
    age: "/root/age.txt",
  });
  expect(values(text, "LoadCredential")).toEqual([
    "vault-0:/root/a b",
    "vault-1:/root/100%%",
    "age:/root/age.txt",
  ]);
  expect(values(text, "ExecStart")[0]).toContain(
    `--vault-password-file /usr/bin/pw --scheduled ${RECORD} --vault-password-file "\${CREDENTIALS_DIRECTORY}/vault-0" --vault-password-file "\${CREDENTIALS_DIRECTORY}/vault-1"`,
  );
  expect(values(text, "Environment")).toContain("SUREFOOT_AGE_IDENTITY=%d/age");
});

it("hands over addresses of webhooks, and shows none", () => {
  const text = service({ webhooks: ["/root/hook"], commands: ['mail -s "$SUREFOOT_SUMMARY" ops'] });
  expect(values(text, "LoadCredential")).toEqual(["webhook-0:/root/hook"]);
  const [start = ""] = values(text, "ExecStart");
  expect(start).toContain(`--notify "webhook=@\${CREDENTIALS_DIRECTORY}/webhook-0"`);
  expect(start).toContain('--notify "command=mail -s \\"$$SUREFOOT_SUMMARY\\" ops"');
});

it("takes every power from a user, and leaves root only those over files", () => {
  expect(values(service(), "CapabilityBoundingSet")).toEqual([""]);
  expect(values(service({ user: "root" }), "CapabilityBoundingSet")).toEqual([
    "CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH",
  ]);
});

it("refuses a folder that would write a line of its own", () => {
  expect(() => service({ cwd: "/srv/x\nExecStartPre=/bin/evil" })).toThrow(/can't stand in a unit/);
});

it("fires when it is told to, a little later at random, and makes up for what was missed", () => {
  const text = timerText(newSchedule(CHOSEN));
  expect(values(text, "OnCalendar")).toEqual(["*:0/15"]);
  expect(values(text, "RandomizedDelaySec")).toEqual(["1m"]);
  expect(values(text, "Persistent")).toEqual(["true"]);
  expect(values(text, "WantedBy")).toEqual(["timers.target"]);
});
