import { ProbeError } from "../../model/resource.js";
import type { Owner } from "../network/read.js";
import { showOwner } from "../network/read.js";
import { withoutDefaults } from "./networkd.js";
import { knowsWeights } from "./networkmanager.js";
import type { Params } from "./params.js";
import type { Details } from "./read.js";

const ALL_THE_SAME =
  'To go on all the same, with a unit that puts the route back where it is missing: owner "none" (in the playbook ecmp: persist: unit, the boot unit alone).';

/** An owner in whose language the route can't be kept. */
function refusal(message: string, next: string): ProbeError {
  return new ProbeError(message, `${next} ${ALL_THE_SAME}`, "network-owner");
}

/**
 * The one owner of the task's interface.
 * @throws ProbeError `network-owner` where there are several, or the interface is not there.
 */
export function soleOwner(p: Params, owners: readonly Owner[] | undefined): Owner {
  if (owners === undefined) {
    throw new ProbeError(
      `can't be kept: the host has no interface ${p.dev}`,
      "Correct the interface's name; `ip link` on the host shows them.",
      "network-owner",
    );
  }
  if (p.owner === "none") return { name: "none" };
  const [owner = { name: "none" } as const, ...more] = owners;
  if (more.length === 0) return owner;
  throw refusal(
    `can't be kept: ${p.dev} is managed by ${owners.map(showOwner).join(" and by ")}, and each would undo what the other sets`,
    `Let only one of them have ${p.dev}.`,
  );
}

/** @throws ProbeError `network-owner` where the owner would undo the route and can't be told not to, or nothing can put it back. */
export function refuseUnserved(p: Params, owner: Owner, details: Details): void {
  if (!details.systemd) {
    throw new ProbeError(
      "can't be kept: systemd does not run on this host, and the unit that puts the route back needs it",
      "Leave persistentRoute out for this host, and keep the route by the means of the host.",
      "network-owner",
    );
  }
  if (owner.name === "networkmanager") refuseProfile(p, owner);
  if (owner.name !== "networkd" && owner.name !== "netplan") return;
  const { file = "" } = owner;
  const text = details.files.get(file)?.text ?? "";
  if (withoutDefaults(text) !== text && !file.startsWith("/etc/")) {
    throw refusal(
      `can't be kept: ${showOwner(owner)} sets a default route of its own for ${p.dev}, beside which another of the same metric is used by chance`,
      owner.name === "netplan"
        ? "Take gateway4 or the default out of the routes of that interface in /etc/netplan (or give it a metric above 0), and run `netplan generate`."
        : `Copy the file to /etc/systemd/network, where it can be changed.`,
    );
  }
  const other = details.others.find((line) =>
    /:\s*(Gateway\s*=\s*\d|MultiPathRoute|RouteMetric\s*=\s*0\s*$)/.test(line),
  );
  if (other === undefined) return;
  throw refusal(
    `can't be kept: a drop-in of ${showOwner(owner)} sets routes too: ${other}`,
    "Remove that line, or move it to the .network file.",
  );
}

function refuseProfile(p: Params, owner: Owner): void {
  const { version = "0", file = "" } = owner;
  if (!knowsWeights(version)) {
    throw refusal(
      `can't be kept: NetworkManager ${version} manages ${p.dev} (${file}), knows no routes with several next hops, and removes ours when it reapplies its profile`,
      "Update NetworkManager to 1.42 or later.",
    );
  }
  if (!file.startsWith("/etc/NetworkManager/")) {
    throw refusal(
      `can't be kept: NetworkManager's profile of ${p.dev} does not survive a reboot, or is made by another tool (${file || "no file"})`,
      "Make it a profile in /etc/NetworkManager/system-connections; for netplan's, write the routes in /etc/netplan.",
    );
  }
}
