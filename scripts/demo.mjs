// `npm run demo`: the whole job on real hosts on this machine: lab up, plan, apply, verify, nothing left to change.
import { join } from "node:path";
import { installAndBuild, prepareLab, requireNode, root, run, say } from "./lib/setup.mjs";

requireNode();
installAndBuild();
const missing = prepareLab();
if (missing.length > 0) {
  process.stderr.write("The demo needs\n");
  for (const what of missing) process.stderr.write(`  - ${what}\n`);
  process.exit(3);
}

const surefoot = (...args) => run(process.execPath, [join(root, "dist/cli/main.js"), ...args]);
const step = (title, args, allowed = [0]) => {
  say(`${title}\n$ surefoot ${args.join(" ")}`);
  const status = surefoot(...args);
  if (!allowed.includes(status)) process.exit(status);
};
const job = ["playbooks/ecmp.ts", "-i", "inventories/lab"];

step("1. Three real hosts, two NAT gateways, a bastion and an internet", ["lab", "up"]);
step("2. What would change", ["plan", ...job], [0, 2]);
step("3. Change it, and read every host again", ["run", ...job, "--yes"]);
step("4. A second run has nothing to change", ["run", ...job, "--yes"]);
step("5. A client's default route now", ["lab", "exec", "client1", "--", "ip", "route", "show", "default"]);

say("The lab is still up. Look around:");
process.stdout.write(`  npx surefoot lab status
  npx surefoot lab exec client1 -- systemctl status ecmp-route.service
  npx surefoot lab exec client1 -- ip route del default     # break it, then plan and run again
  npx surefoot lab exec client2 -- systemctl reboot         # it comes back as configured
and take it down:
  npx surefoot lab down
`);
