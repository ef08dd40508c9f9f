import { expect, it } from "vitest";
import { parseShow } from "../../src/schedule/show.js";

const TIMER = `Id=surefoot-drift-x.timer
ActiveState=active
UnitFileState=enabled
NextElapseUSecRealtime=Wed 2026-11-25 17:15:20 UTC
LastTriggerUSec=Wed 2026-11-25 17:00:07 UTC
Result=success
`;
const SERVICE = `ExecMainExitTimestamp=Wed 2026-11-25 17:00:09 UTC
ExecMainCode=1
ExecMainStatus=2
Result=success
Id=surefoot-drift-x.service
ActiveState=inactive
UnitFileState=static
`;
const WELL = {
  next: "2026-11-25T17:15:20Z",
  triggered: "2026-11-25T17:00:07Z",
  ended: "2026-11-25T17:00:09Z",
  ticking: true,
  enabled: true,
  running: false,
  result: "success",
  exit: 2,
};

it("reads what systemd says, in whichever order", () => {
  expect(parseShow(`${TIMER}\n${SERVICE}`)).toEqual(WELL);
  expect(parseShow(`${SERVICE}\n${TIMER}`)).toEqual(WELL);
});

it("tells a run that a signal ended from one that gave an exit code", () => {
  const killed = SERVICE.replace("Code=1", "Code=2")
    .replace("Status=2", "Status=9")
    .replace("=success", "=signal");
  expect(parseShow(`${TIMER}\n${killed}`)).toMatchObject({ result: "signal" });
  expect(parseShow(`${TIMER}\n${killed}`).exit).toBeUndefined();
});

it("says nothing of a last run where there was none since the machine's start", () => {
  const never = SERVICE.replace(/(Timestamp)=.*/, "$1=")
    .replace("Code=1", "Code=0")
    .replace("Status=2", "Status=0");
  const fresh = TIMER.replace(/(LastTriggerUSec)=.*/, "$1=n/a");
  expect(parseShow(`${fresh}\n${never}`)).toEqual({
    next: WELL.next,
    ticking: true,
    enabled: true,
    running: false,
  });
});

it("sees a run that goes on and a timer that was stopped", () => {
  const busy = SERVICE.replace("=inactive", "=activating");
  const stopped = TIMER.replace("=active", "=inactive").replace("=enabled", "=disabled");
  expect(parseShow(`${stopped}\n${busy}`)).toMatchObject({ ticking: false, enabled: false, running: true });
  expect(parseShow("")).toEqual({ ticking: false, enabled: false, running: false });
});
