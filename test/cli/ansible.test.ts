import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { surefoot } from "../support/cli.js";
import { folder } from "../support/folder.js";
import { project } from "../support/project.js";

const HOSTS = `[web]
web[1:2] ansible_host=10.0.0.1 rack=7
[site:children]
web
[site:vars]
rack=1
ntp=site
[all:vars]
ansible_user=ops
`;
const cwd = folder({
  "inv/hosts": HOSTS,
  "inv/group_vars/all.yml": "ntp: all\nansible_password: hunter2\nansible_become_flags: -H\n",
  "inv/host_vars/web2.yml": "rack: 8\n",
});
const inventory = async (...args: readonly string[]): ReturnType<typeof surefoot> =>
  surefoot(["inventory", ...args, "-i", "inv"], { cwd });

it("lists and shows Ansible's hosts, with warnings on stderr", async () => {
  const ran = await inventory("list");
  expect(ran).toMatchObject({ exit: 0, stdout: "web1  10.0.0.1  site, web\nweb2  10.0.0.1  site, web\n" });
  expect(ran.stderr).toMatch(/^warning: inv\/group_vars\/all\.yml:3:1: ansible_become_flags is not followed/);
  expect(ran.stdout + ran.stderr).not.toContain("hunter2");
});

it("explains by Ansible's rules what won and why the others lost", async () => {
  expect((await inventory("explain", "web2", "rack")).stdout).toBe(`rack: 8
from host web2, inv/host_vars/web2.yml:1:7
  over 7 from host web2, inv/hosts:2:37: host_vars win over what the inventory itself says
  over 1 from group site, inv/hosts:6:6: host web2 wins over every group
`);
  expect((await inventory("explain", "web1", "ntp")).stdout).toBe(`ntp: all
from group all, inv/group_vars/all.yml:1:6
  over "site" from group site, inv/hosts:7:5: group_vars win over what the inventory itself says, whatever the group
`);
});

it("draws the tree of groups", async () => {
  expect((await inventory("graph")).stdout).toBe(`@all
└── @site
    └── @web
        ├── web1
        └── web2
`);
  expect(JSON.parse((await inventory("graph", "--json")).stdout)).toMatchObject({
    group: "all",
    groups: [{ group: "site", groups: [{ group: "web", hosts: ["web1", "web2"] }] }],
  });
});

it("imports into our own form, once", async () => {
  const ran = await surefoot(["inventory", "import", "-i", "inv", "ours"], { cwd });
  expect(ran).toMatchObject({ exit: 0, stdout: "2 hosts in 4 files in ours\n" });
  expect(readFileSync(join(cwd, "ours/group_vars/all.yml"), "utf8")).toContain(
    "ssh:\n  password: hunter2\n  user: ops\n",
  );
  expect(existsSync(join(cwd, "ours/hosts.yml"))).toBe(true);
  const list = await surefoot(["inventory", "list", "-i", "ours"], { cwd });
  expect(list.stdout).toBe((await inventory("list")).stdout);
  expect(await surefoot(["inventory", "import", "-i", "inv", "ours"], { cwd })).toMatchObject({ exit: 3 });
  expect(await surefoot(["inventory", "import", "-i", "ours", "again"], { cwd })).toMatchObject({ exit: 3 });
});

it("asks for values only where a playbook needs them, and says where they stand", async () => {
  const dir = project({
    hosts: "[clients]\nc1 ansible_host=127.0.0.1 ansible_port=1\n",
    other: "[clients]\nc1 ansible_host='{{ x }}'\n",
    "group_vars/clients.yml": `interface: "{{ nic }}"
motd: "{{ not needed }}"
gateways: [{ address: "192.168.1.1" }, { address: !vault "$ANSIBLE_VAULT;1.1;AES256" }]
`,
  });
  const plan = await surefoot(["plan", "playbooks/ecmp.ts", "-i", "hosts"], { cwd: dir });
  expect(plan.exit).toBe(3);
  expect(plan.stderr).toMatch(
    /variable-unreadable\]: interface holds a Jinja expression.*\n.*group_vars\/clients\.yml:1:12/,
  );
  expect(plan.stderr).toMatch(
    /secret-locked\]: gateways\.address is encrypted by ansible-vault.*\n.*group_vars\/clients\.yml:3:\d+/,
  );
  expect(plan.stderr).not.toMatch(/\]: motd/);
  const way = await surefoot(["plan", "playbooks/ecmp.ts", "-i", "other"], { cwd: dir });
  expect(way.stderr).toMatch(/ansible_host holds a Jinja expression/);
});

it("takes what says how a host is reached from the command line, too, beside the playbook's variables", async () => {
  const dir = project({
    hosts: "[clients]\nc1 ansible_host=127.0.0.1 ansible_become_password=hunter2\n",
    "group_vars/clients.yml":
      'interface: eth1\ngateways: [{ address: "192.168.1.1" }, { address: "192.168.1.10" }]\n',
  });
  const given = ["-e", "ansible_become=true", "-e", "ansible_port=1"];
  const plan = await surefoot(["plan", "playbooks/ecmp.ts", "-i", "hosts", ...given], { cwd: dir });
  expect([plan.exit, plan.stderr + plan.stdout]).toEqual([4, expect.stringContaining("connect-refused")]);
  const slip = await surefoot(["plan", "playbooks/ecmp.ts", "-i", "hosts", "-e", "ansible_becom=true"], {
    cwd: dir,
  });
  expect([slip.exit, slip.stderr]).toEqual([3, expect.stringContaining("variable-unknown")]);
  const shown = await surefoot(["inventory", "show", "c1", "-i", "hosts"], { cwd: dir });
  expect(shown.stdout).toMatch(/become: null\n\s+becomeAs:/);
  expect(shown.stdout).not.toContain("hunter2");
});
