import { test } from "../cases.js";

const OWNER =
  "token=t\npid=4194303\nstart=1\nuntil=9\nwho=ann@far (pid 1)\nrun=r0\nsince=2026-01-01T00:00:00Z\n";
/** These lines, each behind a word. */
const told = (word: string, lines = OWNER): string => lines.replace(/^(?=.)/gm, `${word} `);

test([
  { name: "nobody", prints: { guard: "all read\n" }, finds: [] },
  {
    name: "a change under its timer",
    prints: { guard: `${told("lease")}left 12\nrestore there\nall read\n` },
    finds: ["note change-under-way"],
    says: [
      "a change by ann@far (pid 1) (run r0, since 2026-01-01T00:00:00Z) is under way",
      "the host takes it back in 12 s",
    ],
  },
  {
    name: "a change that needs no timer",
    prints: { guard: `${told("lease")}all read\n` },
    finds: ["note change-under-way"],
    says: ["has not armed a timer"],
  },
  {
    name: "a timer that is at work",
    prints: { guard: `${told("lease")}left -5\nall read\n` },
    finds: ["note change-under-way"],
    says: ["takes it back in 0 s"],
  },
  {
    name: "a timer that never fired",
    prints: { guard: `${told("lease")}left -300\nall read\n` },
    finds: ["problem change-stuck"],
    says: ["was to be taken back 300 s ago, and was not", "host: sh /run/surefoot/lease/undo.sh"],
  },
  {
    name: "taken back unseen",
    prints: { guard: `${told("last", `${OWNER}result=0\n`)}all read\n` },
    finds: ["note change-taken-back"],
    says: ["was never confirmed, and the host took it back by itself"],
  },
  {
    name: "not taken back whole",
    prints: {
      guard: `${told("last", `${OWNER}result=1\n`)}all read\n`,
    },
    finds: ["problem change-not-undone"],
    says: ["could not be taken back whole", "controller: surefoot run "],
  },
  {
    name: "a boot that could not take back what was written",
    prints: { guard: "restore there\nall read\n" },
    finds: ["problem change-not-undone"],
    says: ["/var/lib/surefoot/restore.sh is still there", "host: sh /var/lib/surefoot/restore.sh"],
  },
]);
