import { expect, it } from "vitest";
import { surefoot } from "../support/cli.js";
import { folder } from "../support/folder.js";

const PLAYBOOK = (checks: string): string =>
  `import { custom, playbook, z } from "surefoot";
export default playbook({ name: "f", hosts: "all", vars: z.object({}), facts: ["kernel"], tasks: () => [], ${checks} });
`;
const cwd = folder({
  "facts.ts": PLAYBOOK(
    'checks: ({ facts }) => [custom({ run: "true" }, { name: "Linux " + (facts.kernel.major > 1) })]',
  ),
  "none.ts": PLAYBOOK(""),
});
const verify = (file: string) =>
  surefoot(["verify", file, "-i", "here,", "-e", "ansible_connection=local"], { cwd });

it("makes checks that are known only once a host's facts are", async () => {
  const ran = await verify("facts.ts");
  expect(ran.stdout).toContain("ok   Linux true");
  expect(ran.exit).toBe(0);
});

it("refuses a playbook that asks for facts and has no checks", async () => {
  const ran = await verify("none.ts");
  expect(ran.stderr).toContain("error[playbook-invalid]: none.ts has no checks");
  expect(ran.exit).toBe(3);
});
