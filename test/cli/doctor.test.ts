import { expect, it } from "vitest";
import { surefoot } from "../support/cli.js";
import { INVENTORY, project } from "../support/project.js";

const DOCTOR = ["doctor", "c1", "-i", "inv"];

it.each([
  {
    name: "a host that there is not",
    args: ["doctor", "c9", "-i", "inv"],
    code: "pattern-no-match",
    says: "c9",
  },
  { name: "an inventory that there is not", args: ["doctor", "c1", "-i", "none"], code: "inventory-missing" },
  { name: "a unit without its type", args: [...DOCTOR, "--unit", "ecmp-route"], code: "flag-invalid" },
  { name: "a unit that is an option", args: [...DOCTOR, "--unit=--root=x.service"], code: "flag-invalid" },
  {
    name: "an endpoint without a port",
    args: [...DOCTOR, "--probe", "--to", "203.0.113.10"],
    code: "flag-invalid",
  },
  {
    name: "a name as endpoint",
    args: [...DOCTOR, "--probe", "--to", "example.org:80"],
    code: "flag-invalid",
  },
  {
    name: "a port that is none",
    args: [...DOCTOR, "--probe", "--to", "203.0.113.10:0"],
    code: "flag-invalid",
  },
  {
    name: "an endpoint that nothing connects to",
    args: [...DOCTOR, "--to", "203.0.113.10:80"],
    code: "flag-invalid",
    says: "Add --probe",
  },
])("says what is wrong with $name, and contacts nobody", async ({ args, code, says = "" }) => {
  const ran = await surefoot(args, { cwd: project(INVENTORY) });
  expect(ran.stderr).toContain(`error[${code}]`);
  expect(ran.stderr).toContain(says);
  expect(ran.stderr).toContain("hint:");
  expect(ran.stdout).toBe("");
  expect(ran.exit).toBe(3);
});

it.each([
  ["no host", ["doctor", "-i", "inv"]],
  ["no inventory", ["doctor", "c1"]],
  ["an unknown flag", [...DOCTOR, "--fix"]],
])("refuses %s and points to the help", async (_name, args) => {
  const ran = await surefoot(args, { cwd: project(INVENTORY) });
  expect(ran.stderr).toContain("--help");
  expect(ran.exit).toBe(3);
});

it("gives exit 4 where a host can't be reached", async () => {
  const ran = await surefoot(DOCTOR, { cwd: project(INVENTORY) });
  expect(ran.stdout).toContain("error[connect-refused]");
  expect(ran.stdout).toMatch(/1 host in .*: 1 unreachable\n$/);
  expect(ran.exit).toBe(4);
});
