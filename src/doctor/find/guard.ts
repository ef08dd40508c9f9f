import type { DoctorFinding } from "../../model/diagnosis.js";
import { GUARD_DIR, RESTORE_SCRIPT } from "../../model/guard.js";
import { sh } from "../../model/sh.js";
import type { Case, Finder } from "../case.js";
import type { Change, Guard } from "../read/guard.js";
import { known } from "../readings.js";

/** How long a timer may be over before that counts, in seconds: taking back starts and stops services. */
const LATE_S = 60;

/** Changes of Surefoot's own that are not over, or were not taken back whole. */
export const guard: Finder = (host) => {
  const found = known(host.readings.guard);
  if (found === undefined) return [];
  return [...overdue(host, found), ...lastOne(host, found), ...atBoot(host, found), ...underWay(found)];
};

const show = ({ who, run, since }: Change): string => `a change by ${who} (run ${run}, since ${since})`;

function overdue({ remedies }: Case, { now }: Guard): readonly DoctorFinding[] {
  if (now?.left === undefined || now.left >= -LATE_S) return [];
  return [
    {
      id: "change-stuck",
      severity: "problem",
      seen: `${show(now)} was to be taken back ${-now.left} s ago, and was not`,
      cause:
        "Nobody has confirmed the change, and its timer has not fired: somebody has stopped it, or the host slept meanwhile, which the timer does not count. The host is not as it was before, and nobody knows whether it is as it should be.",
      remedy: remedies.host(sh`sh ${`${GUARD_DIR}/lease/undo.sh`}`),
    },
  ];
}

function lastOne({ remedies }: Case, { last }: Guard): readonly DoctorFinding[] {
  if (last === undefined) return [];
  if (last.whole) {
    return [
      {
        id: "change-taken-back",
        severity: "note",
        seen: `${show(last)} was never confirmed, and the host took it back by itself`,
        cause:
          "Its controller died, or lost the host, before it knew that all is well; the next run says so, too.",
      },
    ];
  }
  return [
    {
      id: "change-not-undone",
      severity: "problem",
      seen: `${show(last)} could not be taken back whole`,
      // What it printed may hold a secret of a playbook that is not read here.
      cause: `The host took the change back by itself, and a part of that failed each time that it was tried: the host is partly changed. ${GUARD_DIR}/last/log on the host says what, until the next run; \`plan\` tells what differs, and \`run\` makes it as the playbook wants it.`,
      remedy: remedies.run(),
    },
  ];
}

function atBoot({ remedies }: Case, { now, restore }: Guard): readonly DoctorFinding[] {
  if (!restore || now !== undefined) return [];
  return [
    {
      id: "change-not-undone",
      severity: "problem",
      seen: `${RESTORE_SCRIPT} is still there, and nobody is changing the host`,
      cause:
        "The host booted while a change was being written, and what was to take that back at the boot failed or did not run; `systemctl status surefoot-restore.service` says why. What was written may be in force.",
      remedy: remedies.host(sh`sh ${RESTORE_SCRIPT}`),
    },
  ];
}

function underWay({ now }: Guard): readonly DoctorFinding[] {
  if (now === undefined || (now.left ?? 0) < -LATE_S) return [];
  const ends =
    now.left === undefined
      ? "It has not armed a timer. If its controller is gone, the next run takes the host over."
      : `Unless it is confirmed, the host takes it back in ${Math.max(0, now.left)} s.`;
  return [
    {
      id: "change-under-way",
      severity: "note",
      seen: `${show(now)} is under way`,
      cause: `What is told here may be its work, and not last: look again when it is over. ${ends}`,
    },
  ];
}
