import { defineResource } from "../model/resource.js";
import { wantedFile } from "./content/file-kind.js";
import { scriptOf } from "./failover/files.js";
import { activeNotes } from "./failover/notes.js";
import { failoverParams } from "./failover/params.js";
import type { FailoverState } from "./failover/state.js";
import { failoverProbe, parseFailover, unitOfTask } from "./failover/state.js";
import { failoverSteps } from "./failover/steps.js";

export type { FailoverState } from "./failover/state.js";

/**
 * What a host with several gateways does when one of them dies; there is one on a host. The route with all next hops is another task's, and
 * stays as it is.
 * - `none`: what the kernel does by itself. Takes the other modes' work back.
 * - `kernel`: the kernel looks after its gateways and avoids one that does not answer ARP.
 * - `pinned`: each new connection is bound to a gateway; a small service probes through each and keeps new connections off the dead ones.
 *
 * Which gateways are out at the moment is told, and is no difference from what is wanted.
 *
 * @example failover({ mode: "kernel", interface: "eth1", gateways: [{ address: "192.168.1.1" }, { address: "192.168.1.10" }] })
 */
export const failover = defineResource(failoverParams, {
  kind: "failover",
  key: () => "of gateways",
  title: (p) => `failover: ${p.mode}`,
  probe: failoverProbe,
  parse: parseFailover,
  target: (p, actual): FailoverState | null => {
    if (p.mode === "none") return null;
    const unit = unitOfTask(p);
    return {
      script: wantedFile({ mode: "0755", content: scriptOf(p) }, actual?.script ?? null),
      unit: {
        file: wantedFile(unit, actual?.unit?.file ?? null),
        enabled: true,
        active: true,
        stale: false,
      },
    };
  },
  steps: failoverSteps,
  notes: (outputs, p) => (p.mode === "none" ? [] : activeNotes(outputs[3] ?? "", p)),
});
