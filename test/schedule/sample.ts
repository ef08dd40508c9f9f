import type { Chosen } from "../../src/schedule/record.js";

/** A schedule with nothing odd about it. */
export const CHOSEN: Chosen = {
  name: "ecmp-production",
  surefoot: "0.1.0",
  program: ["/usr/bin/node", "/usr/lib/surefoot/main.js"],
  on: "*:0/15",
  jitter: "1m",
  runTimeout: "1h",
  user: "deploy",
  cwd: "/srv/fleet",
  playbook: "/srv/fleet/playbooks/ecmp.ts",
  inventory: "/srv/fleet/inventories/production",
  state: "/srv/fleet/.surefoot",
  fix: true,
  extraVar: [],
  flags: ["--forks", "50"],
  webhooks: [],
  commands: [],
  vault: [],
  vaultPrograms: [],
  follow: false,
  pins: { files: { "/srv/fleet/playbooks/ecmp.ts": "aa" }, inventory: {} },
};

/** Names of files and values that something on the way to a program might take for its own. */
export const NASTY = [
  "two words",
  'a "quote"',
  "it's",
  "back\\slash",
  "100%",
  "%n %% %d",
  `$HOME $${"{HOME}"} $$`,
  "; rm -rf /",
  "\\;",
  "*?[a]",
  "ünïcode ☃",
  "#comment",
  "",
  "-e",
  "@:+!-",
] as const;
