// How long an inventory of ten thousand hosts takes to load, and how much memory, in each of the forms. Each runs in a process
// of its own: `node bench/inventory.mjs`.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../scripts/lib/bundle.mjs";

const HOSTS = 10_000;
const GROUPS = 20;
const SIZE = HOSTS / GROUPS;

const vars =
  "ntp: [time1.example.net, time2.example.net]\ngateways: [{ address: 192.168.1.1 }, { address: 192.168.1.10 }]\n";
const numbers = (n) => Array.from({ length: n }, (_, i) => i);
const name = (g, i) => `g${g}n${i}`;
const address = (g, i) => `10.${g}.${i >> 8}.${i & 255}`;

const groupFiles = Object.fromEntries(
  numbers(GROUPS).map((g) => [`group_vars/g${g}.yml`, `site: ${g}\n${vars}`]),
);
const ranges = (key) =>
  numbers(GROUPS)
    .map((g) => `  g${g}: { ${key}: { "g${g}n[0:${SIZE - 1}]": { rack: ${g} } } }\n`)
    .join("");

/** The same fleet in each form: with ranges, and with every host written out with an address of its own. */
const FORMS = {
  "ours, ranges": { "hosts.yml": `groups:\n${ranges("hosts")}` },
  "ours, written out": {
    "hosts.yml": `groups:\n${numbers(GROUPS)
      .map(
        (g) =>
          `  g${g}:\n    hosts:\n${numbers(SIZE)
            .map((i) => `      ${name(g, i)}: { ssh: { address: ${address(g, i)} }, rack: ${i % 40} }\n`)
            .join("")}`,
      )
      .join("")}`,
  },
  "INI, ranges": {
    hosts: numbers(GROUPS)
      .map((g) => `[g${g}]\ng${g}n[0:${SIZE - 1}] rack=${g}\n`)
      .join(""),
  },
  "INI, written out": {
    hosts: numbers(GROUPS)
      .map(
        (g) =>
          `[g${g}]\n${numbers(SIZE)
            .map((i) => `${name(g, i)} ansible_host=${address(g, i)} rack=${i % 40}\n`)
            .join("")}`,
      )
      .join(""),
  },
  "Ansible YAML, ranges": { "hosts.yml": `all:\n children:\n${ranges("hosts")}` },
  "Ansible YAML, written out": {
    "hosts.yml": `all:\n  children:\n${numbers(GROUPS)
      .map(
        (g) =>
          `    g${g}:\n      hosts:\n${numbers(SIZE)
            .map((i) => `        ${name(g, i)}: { ansible_host: ${address(g, i)}, rack: ${i % 40} }\n`)
            .join("")}`,
      )
      .join("")}`,
  },
};

const root = fileURLToPath(new URL("..", import.meta.url));
await bundle(["inventory/load"], join(root, "build"));
const measure = `
import { loadInventory } from ${JSON.stringify(join(root, "build/inventory/load.js"))};
const start = performance.now();
const inventory = await loadInventory(process.argv[1]);
let variables = 0;
for (const host of inventory.hosts.values()) variables += host.vars.size;
const seconds = (performance.now() - start) / 1000;
console.log(JSON.stringify({ hosts: inventory.hosts.size, variables, seconds, cpu: process.cpuUsage().user / 1e6, mib: process.resourceUsage().maxRSS / 1024 }));
`;

for (const [form, files] of Object.entries(FORMS)) {
  const dir = mkdtempSync(join(tmpdir(), "surefoot-bench-"));
  for (const [file, text] of Object.entries({ ...files, ...groupFiles })) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  const ran = spawnSync(process.execPath, ["--input-type=module", "-e", measure, dir], { encoding: "utf8" });
  rmSync(dir, { recursive: true });
  if (ran.status !== 0) {
    console.error(`${form}: ${ran.stderr}`);
    process.exitCode = 1;
    continue;
  }
  const { hosts, variables, seconds, cpu, mib } = JSON.parse(ran.stdout);
  console.log(
    `${form.padEnd(26)} ${hosts} hosts, ${variables} variables: ${seconds.toFixed(2)} s (CPU of the process ${cpu.toFixed(2)} s), ${mib.toFixed(0)} MiB`,
  );
}
