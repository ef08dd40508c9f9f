import { expect, it } from "vitest";
import { eventsOf, surefoot } from "../support/cli.js";
import { INVENTORY, project } from "../support/project.js";

const RUN = ["run", "playbooks/ecmp.ts", "-i", "inv", "--yes"];
const PLAYBOOK = (body: string, more = ""): string =>
  `import { command, file, neighbours, playbook, route, template, z } from "surefoot";
export default playbook({
  name: "test", hosts: "clients", vars: z.object({}),${more}
  tasks() {
    return [${body}];
  },
});
`;

interface Case {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly code: string;
  readonly place?: string;
  readonly says?: string;
}

const cases: readonly Case[] = [
  {
    name: "a handler that there is not",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK(
        'file({ path: "/x" }, { notify: "restart ngnix" })',
        '\n  handlers: () => ({ "restart nginx": command({ run: "true", always: true }) }),',
      ),
    },
    code: "task-invalid",
    place: "playbooks/ecmp.ts:6:44",
    says: "Did you mean restart nginx?",
  },
  {
    name: "a misspelt option of a task, without which no timer would guard it",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK('command({ run: "true", always: true }, { cut: true })'),
    },
    code: "task-invalid",
    place: "playbooks/ecmp.ts:5:35",
    says: 'command: options: Unrecognized key: "cut"',
  },
  {
    name: "an option of a task of the wrong type",
    files: { "playbooks/ecmp.ts": PLAYBOOK('file({ path: "/x" }, { become: "yes" })') },
    code: "task-invalid",
    place: "playbooks/ecmp.ts:5:32",
    says: "file: options.become: it must be true or false",
  },
  {
    name: "a misspelt option of a check",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK(
        "",
        '\n  checks: () => [neighbours({ gateways: ["10.0.0.1"] }, { gates: false })],',
      ),
    },
    code: "task-invalid",
    place: "playbooks/ecmp.ts:4:43",
    says: 'neighbours: options: Unrecognized key: "gates"',
  },
  {
    name: "a playbook without a name, whose task has one",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK('file({ path: "/x" }, { name: "y" })').replace('name: "test", ', ""),
    },
    code: "playbook-invalid",
    place: "playbooks/ecmp.ts:2:1",
    says: "the playbook has no name",
  },
  {
    name: "a fact that there is not",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", '\n  facts: ["kernle"],') },
    code: "playbook-invalid",
    place: "playbooks/ecmp.ts:4:3",
    says: "Did you mean kernel?",
  },
  {
    name: "a tag that nothing bears",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK('file({ path: "/x", content: "" }, { tags: ["settings"] })'),
    },
    args: [...RUN, "--tags", "settings,setings"],
    code: "flag-invalid",
    says: "Did you mean settings?",
  },
  {
    name: "a handler that notifies",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK(
        "",
        '\n  handlers: () => ({ "a b": command({ run: "true", always: true }, { notify: "a b" }) }),',
      ),
    },
    code: "task-invalid",
    place: "playbooks/ecmp.ts:4:22",
  },
  {
    name: "a misspelt variable",
    files: { "inv/group_vars/clients.yml": "interface: eth1\ngatways: []\n" },
    code: "variable-unknown",
    place: "inv/group_vars/clients.yml:2:1",
    says: "Did you mean gateways?",
  },
  {
    name: "a misspelt variable that has a default",
    files: { "inv/host_vars/c1.yml": "hash_polcy: 0\n" },
    code: "variable-unknown",
    place: "inv/host_vars/c1.yml:1:1",
  },
  {
    name: "a misspelt part of a variable",
    files: {
      "inv/host_vars/c1.yml": "gateways:\n  - { address: 10.0.0.1, wieght: 2 }\n  - { address: 10.0.0.2 }\n",
    },
    code: "variable-unknown",
    place: "inv/host_vars/c1.yml:2:26",
  },
  {
    name: "gateways over two interfaces that an owner should keep",
    files: {
      "inv/host_vars/c1.yml":
        "gateways:\n  - { address: 10.0.0.1 }\n  - { address: 10.0.1.1, interface: eth2 }\n",
    },
    code: "variable-invalid",
    place: "inv/host_vars/c1.yml:2:3",
    says: "persist: unit",
  },
  {
    name: "a rule of the author's for several variables",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK("").replace(/vars: (.*),$/m, 'vars: $1.refine(() => false, "never so"),'),
    },
    code: "variable-invalid",
    place: "inv/hosts.yml:",
    says: ": never so",
  },
  {
    name: "a value of the wrong type",
    files: { "inv/host_vars/c1.yml": "hash_policy: many\n" },
    code: "variable-invalid",
    place: "inv/host_vars/c1.yml:1:14",
  },
  {
    name: "YAML that does not parse",
    files: { "inv/hosts.yml": "groups:\n  a: [1, 2\n" },
    code: "inventory-syntax",
    place: "inv/hosts.yml:",
  },
  {
    name: "an inventory that is not there",
    args: ["plan", "playbooks/ecmp.ts", "-i", "nowhere"],
    code: "inventory-missing",
  },
  {
    name: "a playbook that is not there",
    args: ["plan", "playbooks/no.ts", "-i", "inv"],
    code: "playbook-missing",
  },
  {
    name: "an unknown host",
    args: [...RUN, "--limit", "c2"],
    code: "pattern-no-match",
    says: "Did you mean c1?",
  },
  { name: "a broken pattern", args: [...RUN, "--limit", "c1:"], code: "pattern-invalid", says: "^" },
  {
    name: "an unknown extra variable",
    args: [...RUN, "-e", "colour=red"],
    code: "variable-unknown",
    place: "--extra-var:",
  },
  { name: "an extra variable that is none", args: [...RUN, "-e", "colour"], code: "flag-invalid" },
  { name: "a report of an unknown kind", args: [...RUN, "--report", "pdf=x"], code: "flag-invalid" },
  {
    name: "a plan file that is none",
    args: [...RUN.slice(0, 4), "--plan", "inv/hosts.yml"],
    code: "plan-file-invalid",
  },
  {
    name: "a plan for another playbook",
    files: {
      "plan.json": JSON.stringify({
        format: "surefoot-plan",
        version: 1,
        playbook: "/other/playbook.ts",
        inventory: "/other/inv",
        hosts: {},
      }),
    },
    args: [...RUN.slice(0, 4), "--plan", "plan.json"],
    code: "plan-other",
    says: "/other/playbook.ts",
  },
  {
    name: "a wave that ends nowhere",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  rollout: {\n    waves: [1, 'half' as never],\n  },") },
    code: "playbook-invalid",
    place: "playbooks/ecmp.ts:5:",
    says: "rollout.waves.1",
  },
  {
    name: "a gate from elsewhere without checks of its own",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  rollout: { gate: { from: 'c1' } },") },
    code: "playbook-invalid",
    place: "playbooks/ecmp.ts:4:",
    says: "needs its own checks",
  },
  {
    name: "a gate from a host that is not there",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  rollout: { gate: { from: 'c2', checks: () => [] } },") },
    code: "host-unknown",
    says: "Did you mean c1?",
  },
  {
    name: "a canary that is not there",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  rollout: { canary: 'c2' },") },
    code: "pattern-no-match",
  },
  { name: "waves that are none", args: [...RUN, "--waves", "1,ten"], code: "flag-invalid", says: '"ten"' },
  { name: "a budget of nothing", args: [...RUN, "--budget", "0"], code: "flag-invalid", says: "--budget" },
  { name: "a run that is not there", args: ["runs", "show", "last"], code: "run-unknown", says: "runs list" },
  {
    name: "a run to take back that is not there",
    args: ["rollback", "r1", "--yes"],
    code: "run-unknown",
  },
  { name: "nobody to ask", args: RUN.slice(0, 4), code: "flag-invalid", says: "--yes" },
  {
    name: "TypeScript that does not parse",
    files: { "playbooks/ecmp.ts": "export default {\n  a: ;\n};\n" },
    code: "playbook-syntax",
    place: "playbooks/ecmp.ts:2:6",
  },
  {
    name: "a file that exports no playbook",
    files: { "playbooks/ecmp.ts": "export default 1;\n" },
    code: "playbook-invalid",
  },
  {
    name: "a playbook that throws",
    files: { "playbooks/ecmp.ts": PLAYBOOK("(() => { throw new Error('oh'); })()") },
    code: "playbook-threw",
    place: "playbooks/ecmp.ts:5:27",
    says: "oh",
  },
  {
    name: "a wrong parameter",
    files: { "playbooks/ecmp.ts": PLAYBOOK('route({ to: "10.0.0.1/8", via: [{ dev: "eth0" }] })') },
    code: "task-invalid",
    place: "playbooks/ecmp.ts:5:",
  },
  {
    name: "a check's wrong parameter",
    files: {
      "playbooks/ecmp.ts": PLAYBOOK("", '\n  checks: () => [neighbours({ gateways: ["192.168.1"] })],'),
    },
    code: "task-invalid",
    place: "playbooks/ecmp.ts:4:43",
    says: "neighbours: gateways.0: ",
  },
  {
    name: "a playbook without checks for verify",
    files: { "playbooks/ecmp.ts": PLAYBOOK("") },
    args: ["verify", "playbooks/ecmp.ts", "-i", "inv"],
    code: "playbook-invalid",
    says: "has no checks",
  },
  {
    name: "a playbook without variables",
    files: { "playbooks/ecmp.ts": PLAYBOOK("").replace(/^.*vars:.*\n/m, "") },
    code: "playbook-invalid",
    says: "the playbook has no vars",
  },
  {
    name: "a misspelt key of a playbook",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  check: () => [],") },
    code: "playbook-invalid",
    place: "playbooks/ecmp.ts:4:",
    says: "Did you mean checks?",
  },
  {
    name: "checks that are no function",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  checks: [] as never,") },
    code: "playbook-invalid",
    place: "playbooks/ecmp.ts:4:",
    says: "must be a function",
  },
  {
    name: "checks that return nothing",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  checks: () => undefined as never,") },
    code: "playbook-invalid",
    place: "playbooks/ecmp.ts:4:",
    says: "checks() returned nothing",
  },
  {
    name: "tasks that are waited for",
    files: { "playbooks/ecmp.ts": PLAYBOOK("").replace("  tasks()", "  async tasks()") },
    code: "playbook-invalid",
    says: "without async",
  },
  {
    name: "a check among the tasks",
    files: { "playbooks/ecmp.ts": PLAYBOOK('neighbours({ gateways: ["192.168.1.1"] }) as never') },
    code: "playbook-invalid",
    says: "Put it in checks()",
  },
  {
    name: "a handler that is no task",
    files: { "playbooks/ecmp.ts": PLAYBOOK("", "\n  handlers: () => ({ restart: 'ssh' as never }),") },
    code: "playbook-invalid",
    says: '"restart" is a string',
  },
  {
    name: "a command without its guard",
    files: { "playbooks/ecmp.ts": PLAYBOOK('command({ run: "true" } as never)') },
    code: "task-invalid",
    says: "exactly one of",
  },
  {
    name: "a template that is not there",
    files: { "playbooks/ecmp.ts": PLAYBOOK('template({ path: "/x", template: "templates/no.hbs" })') },
    code: "template-missing",
    place: "playbooks/ecmp.ts:5:",
  },
  {
    name: "a template that uses what it was not given",
    files: { "templates/ecmp-route.service.hbs": "[Unit]\nA={{interface}} {{#if speed}}x{{/if}}\n" },
    code: "template-variable",
    place: "templates/ecmp-route.service.hbs:2:",
    says: "speed",
  },
  {
    name: "a template that does not parse",
    files: { "templates/ecmp-route.service.hbs": "[Unit]\n{{#if interface}}\n" },
    code: "template-syntax",
    place: "templates/ecmp-route.service.hbs:",
  },
];

it.each(cases)("says where and what is wrong with $name, and contacts nobody", async (one) => {
  const cwd = project({ ...INVENTORY, ...one.files });
  const ran = await surefoot(one.args ?? RUN, { cwd });
  expect(ran.stderr).toContain(`error[${one.code}]`);
  expect(ran.stderr).toContain(one.place ?? "");
  expect(ran.stderr).toContain(one.says ?? "");
  expect(ran.stderr).toContain("hint:");
  expect(ran.stderr).not.toMatch(/^\s+at |node:internal|Unhandled/m);
  expect(ran.stdout).toBe("");
  expect(ran.exit).toBe(3);
});

it.each([
  ["an unknown command", ["rnu"]],
  ["an unknown flag", ["plan", "playbooks/ecmp.ts", "-i", "inv", "--frobnicate"]],
  ["a missing argument", ["plan", "-i", "inv"]],
  ["a missing inventory", ["plan", "playbooks/ecmp.ts"]],
  ["a number that is none", [...RUN, "--forks", "many"]],
])("refuses %s with exit 3 and points to the help", async (_name, args) => {
  const ran = await surefoot(args, { cwd: project(INVENTORY) });
  expect(ran.exit).toBe(3);
  expect(ran.stderr).toContain("--help");
  expect(ran.stdout).toBe("");
});

it("tells all that is wrong at once, the same mistake of many hosts once", async () => {
  const cwd = project({
    ...INVENTORY,
    "inv/hosts.yml": "groups:\n  clients:\n    hosts:\n      c[1:20]: {}\n",
    "inv/host_vars/c7.yml": "rp_filter: 9\n",
    "inv/group_vars/clients.yml": "interface: eth1\n",
  });
  const ran = await surefoot(RUN, { cwd });
  expect(ran.stderr.match(/error\[/g)).toHaveLength(2);
  expect(ran.stderr).toContain("and 17 more hosts");
  expect(ran.stderr).toContain("inv/host_vars/c7.yml:1:12");
});

it("says the same as JSON Lines, and nothing else, when told to", async () => {
  const ran = await surefoot([...RUN, "--limit", "nope", "--json"], { cwd: project(INVENTORY) });
  expect(ran.exit).toBe(3);
  expect(eventsOf(ran)).toMatchObject([{ type: "error", error: { code: "pattern-no-match" } }]);
  expect(ran.stderr).toBe("");
});

it("gives exit 4 where a host can't be reached and none failed", async () => {
  const ran = await surefoot(RUN, { cwd: project(INVENTORY) });
  expect(ran.exit).toBe(4);
  expect(ran.stdout).toContain("error[connect-refused]");
  expect(ran.stdout).toContain("--limit 'c1'");
});
