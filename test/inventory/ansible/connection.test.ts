import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Host, Inventory } from "../../../src/inventory/host.js";
import { loadInventory } from "../../../src/inventory/load.js";
import { formatPlace } from "../../../src/model/place.js";
import type { Target } from "../../../src/model/target.js";
import { BECOME_ROOT } from "../../../src/model/target.js";
import { folder } from "../../support/folder.js";

async function load(hosts: string, extraVars: readonly string[] = []): Promise<Inventory> {
  return loadInventory("hosts", { cwd: folder({ hosts }), extraVars });
}

async function host(line: string): Promise<Host & { readonly cwd: string }> {
  const cwd = folder({ hosts: `a ${line}\nbastion\n` });
  const found = (await loadInventory("hosts", { cwd })).hosts.get("a");
  if (found === undefined) throw new Error("no host");
  const { target, problems, vars, name, groups, place, sources, reserved, wayNames } = found;
  return { target, problems, vars, name, groups, place, sources, reserved, wayNames, cwd };
}

const mapped: Readonly<Record<string, Partial<Target>>> = {
  "ansible_host=10.0.0.1": { host: "a", address: "10.0.0.1" },
  "ansible_ssh_host=10.0.0.2 ansible_host=10.0.0.1": { address: "10.0.0.2" },
  "ansible_port=2222 ansible_user=ops": { port: 2222, user: "ops" },
  "ansible_port='\"2222\"'": { port: 2222 },
  "ansible_ssh_port=1 ansible_ssh_user=x": { port: 1, user: "x" },
  "ansible_ssh_private_key_file=~/.ssh/id": { identityFiles: [join(homedir(), ".ssh/id")] },
  "ansible_password=hunter2": { password: { value: "hunter2" } },
  "ansible_timeout=5": { connectTimeout: 5 },
  "ansible_become=yes": { become: BECOME_ROOT },
  "ansible_become=true ansible_become_user=app ansible_become_pass=pw": {
    become: { ...BECOME_ROOT, user: "app", password: { value: "pw" } },
  },
  "ansible_become=no ansible_become_user=app": { become: null, becomeAs: { ...BECOME_ROOT, user: "app" } },
  "ansible_become_pass=pw": { become: null, becomeAs: { ...BECOME_ROOT, password: { value: "pw" } } },
  "ansible_become_pass=pw ansible_become_method=runas": { become: null },
  "ansible_connection=local": { local: true },
  "ansible_ssh_common_args='-o ProxyCommand=\"ssh -W %h:%p -q b\"'": { proxyCommand: "ssh -W %h:%p -q b" },
  "ansible_ssh_common_args='-oProxyJump=bastion'": { jump: "bastion" },
  "ansible_ssh_common_args='-J bastion'": { jump: "bastion" },
  "ansible_ssh_common_args='-J ops@out.example.net:2222'": {
    proxyCommand: "ssh -o BatchMode=yes -W %h:%p ssh://ops@out.example.net:2222",
  },
  "ansible_host=2001:db8::1 ansible_ssh_extra_args='-J one,two'": {
    proxyCommand: "ssh -o BatchMode=yes -J one -W '[2001:db8::1]':%p two",
  },
  "ansible_ssh_args='-p 1 -l first' ansible_port=2 ansible_ssh_common_args='-p 3 -o User=last'": {
    port: 1,
    user: "first",
  },
  "ansible_ssh_common_args='-p 3 -o User=last' ansible_port=2": { port: 2, user: "last" },
  "ansible_ssh_extra_args='-i /k1 -o IdentityFile=/k2 -o IdentitiesOnly=yes'": {
    identityFiles: ["/k1", "/k2"],
    identitiesOnly: true,
  },
  "ansible_ssh_extra_args='-o UserKnownHostsFile=/k -o \"HostKeyAlias x\" -o ConnectTimeout=9'": {
    knownHostsFiles: ["/k"],
    hostKeyAlias: "x",
    connectTimeout: 9,
  },
  "ansible_ssh_args='-C -o ControlMaster=auto -o ControlPersist=60s'": { port: 22 },
};

describe("what Ansible's variables say of the way to a host", () => {
  it.each(Object.entries(mapped))("%s", async (line, target) => {
    const { target: found, problems } = await host(line);
    expect(found).toMatchObject(target);
    expect(problems).toEqual([]);
  });

  it("takes a relative key from the working directory, as ssh does", async () => {
    const { target, cwd } = await host("ansible_ssh_private_key_file=keys/id");
    expect(target.identityFiles).toEqual([join(cwd, "keys/id")]);
  });

  it("goes directly to a jump host that is in the group itself", async () => {
    const inventory = await load("[g]\na\nb\n[g:vars]\nansible_ssh_common_args=-J b\n");
    expect(inventory.hosts.get("a")?.target.jump).toBe("b");
    expect(inventory.hosts.get("b")?.target).not.toHaveProperty("jump");
  });

  it("lets the command line win", async () => {
    const inventory = await load("a ansible_user=x\n", ["ansible_user=y", "ansible_become=true"]);
    expect(inventory.hosts.get("a")?.target).toMatchObject({ user: "y", become: { user: "root" } });
  });
});

const problems: Readonly<Record<string, readonly [code: string, col: number]>> = {
  "ansible_host='{{ x }}.example.net'": ["variable-unreadable", 16],
  "ansible_port=99999": ["inventory-invalid", 16],
  "ansible_port=ssh": ["inventory-invalid", 16],
  "ansible_user=-oProxyCommand=x": ["inventory-invalid", 16],
  "ansible_user=[1]": ["inventory-invalid", 16],
  "ansible_become=perhaps": ["inventory-invalid", 18],
  "ansible_become=yes ansible_become_method=runas": ["ansible-unsupported", 44],
  "ansible_become=yes ansible_become_password='{{ pw }}'": ["variable-unreadable", 46],
  "ansible_connection=winrm": ["ansible-unsupported", 22],
  "ansible_ssh_common_args='-o'": ["ansible-unsupported", 27],
  "ansible_ssh_common_args=oops": ["ansible-unsupported", 27],
  "ansible_ssh_common_args='-J \"x;y\"'": ["ansible-unsupported", 27],
};

it.each(Object.entries(problems))("is a problem of the host: %s", async (line, [code, col]) => {
  const found = (await host(line)).problems;
  expect(found.map((one) => one.code)).toEqual([code]);
  expect(found.map(({ place }) => place && formatPlace(place))).toEqual([`hosts:1:${col}`]);
  expect(found[0]?.hint).not.toBe("");
});

it("does not mind Jinja in what is not needed", async () => {
  expect((await host("ansible_become_password='{{ pw }}' other='{{ x }}'")).problems).toEqual([]);
});

const notFollowed: Readonly<Record<string, RegExp>> = {
  "ansible_ssh_common_args='-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'":
    /host keys are always checked/,
  "ansible_ssh_extra_args='-o Ciphers=aes128-ctr'": /-o Ciphers in ansible_ssh_extra_args is not followed/,
  "ansible_become_flags=-H": /ansible_become_flags is not followed/,
};

it.each(Object.entries(notFollowed))("names what is not followed: %s", async (line, words) => {
  const { warnings } = await load(`a ${line}\n`);
  expect(warnings.length).toBeGreaterThan(0);
  for (const { message, place } of warnings) {
    expect(message).toMatch(words);
    expect(place).toMatchObject({ file: "hosts", line: 1 });
  }
  expect(JSON.stringify(warnings)).not.toContain("hunter2");
});
