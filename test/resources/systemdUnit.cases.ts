import type { Sh } from "../../src/model/sh.js";
import { sh } from "../../src/model/sh.js";
import { systemdUnit } from "../../src/resources/systemdUnit.js";
import type { ContractCase } from "./harness.js";

const NAME = "surefoot-case.service";
const FILE = `/etc/systemd/system/${NAME}`;
const unit = (word: string): string => `[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/echo ${word}
[Install]
WantedBy=multi-user.target
`;

/** The unit as its own tools tell it. */
const snapshot = sh`cat ${FILE} 2>/dev/null; stat -c %a ${FILE} 2>/dev/null
systemctl is-enabled ${NAME} 2>/dev/null; systemctl is-active ${NAME} 2>/dev/null; :`;

/** Back to where no such unit is: cases share their host. */
const none = sh`systemctl -q disable --now ${NAME} 2>/dev/null
rm -f ${FILE}
systemctl daemon-reload
systemctl reset-failed ${NAME} 2>/dev/null
:`;
const there = sh`${none}
printf %s ${unit("old")} > ${FILE}
systemctl daemon-reload`;

/** What must hold for a unit, whatever was there before. */
export function cases(): readonly ContractCase[] {
  const one = (
    name: string,
    prepare: Sh,
    params: Partial<Parameters<typeof systemdUnit>[0]>,
  ): ContractCase => ({
    name,
    needs: "systemd",
    prepare,
    task: systemdUnit({ name: NAME, ...params }),
    snapshot,
  });
  const content = unit("new");
  return [
    one("none yet", none, { content, enabled: true, started: true }),
    one("none yet, file alone", none, { content }),
    one("another file", there, { content, enabled: true, started: true }),
    one(
      "another file, running",
      sh`${there}
systemctl start ${NAME}`,
      { content },
    ),
    one("to be enabled", there, { enabled: true }),
    one("to be started", there, { started: true }),
    one(
      "to be disabled and stopped",
      sh`${there}
systemctl -q enable --now ${NAME}`,
      { enabled: false, started: false },
    ),
    one(
      "as it is",
      sh`${none}
printf %s ${content} > ${FILE}
systemctl daemon-reload
systemctl -q enable --now ${NAME}`,
      { content, enabled: true, started: true },
    ),
    one(
      "not read again since its file changed",
      sh`${there}
sleep 0.01; printf %s ${content} > ${FILE}; touch -d '+1 second' ${FILE}`,
      { content },
    ),
  ];
}
