import { expect, it } from "vitest";
import { duplicatesProbe, judgeDuplicates } from "../../src/doctor/duplicates.js";
import { idsOf, interfaces, readingsOf, textOf, UNIT } from "./healthy.js";

/** What arping 20221126 of iputils says where nobody answers, and where somebody does. */
const NOBODY = `said ARPING 192.168.1.22 from 0.0.0.0 eth1
said Sent 2 probes (2 broadcast(s))
said Received 0 response(s)
`;
const SOMEBODY = `said ARPING 192.168.1.22 from 0.0.0.0 eth1
said Unicast reply from 192.168.1.22 [02:5F:00:00:00:01]  0.552ms
said Sent 1 probes (1 broadcast(s))
said Received 1 response(s)
`;

const host = (outputs: Readonly<Record<string, string>> = {}) => ({
  readings: readingsOf(outputs),
  unit: UNIT,
});

/** What is made of an answer. */
function found(stdout: string, exit = 0, stderr = "") {
  const probe = duplicatesProbe(host());
  if (probe === null) throw new Error("nothing is asked");
  return judgeDuplicates(probe, probe.judge([{ exit, stdout, stderr }]));
}

it.each([
  ["nobody answers", [`asked 0 eth1 192.168.1.22\n${NOBODY}`], [], ""],
  [
    "another machine answers",
    [`asked 1 eth1 192.168.1.22\n${SOMEBODY}`],
    ["problem address-duplicate"],
    "02:5f:00:00:00:01 answers for 192.168.1.22 on eth1",
  ],
  [
    "for one of two",
    [`asked 0 eth1 192.168.1.20\n${NOBODY}asked 1 eth1 192.168.1.22\n${SOMEBODY}`],
    ["problem address-duplicate"],
    "02:5f:00:00:00:01 answers for 192.168.1.22 on eth1",
  ],
  [
    "it may not be asked",
    ["asked 2 eth1 192.168.1.22\nsaid arping: socket: Operation not permitted\n"],
    ["note address-not-probed"],
    "Operation not permitted",
  ],
  [
    "no arping",
    ["", 127, "arping of iputils is not on the host\n"],
    ["note address-not-probed"],
    "arping of iputils is not on the host",
  ],
  ["an answer that is cut off", [""], ["note address-not-probed"], "nobody could be asked"],
] as const)("%s", (_name, [stdout, exit, stderr], finds, says) => {
  const findings = found(stdout, exit, stderr);
  expect(idsOf(findings)).toEqual(finds);
  expect(textOf(findings[0])).toContain(says);
});

it("asks about the IPv4 addresses of the route's interfaces that have a link, and by nobody's address", () => {
  const more = interfaces({
    lo: ["127.0.0.1/8"],
    eth1: ["192.168.1.22/24", "fd00::2/64"],
    eth2: ["10.0.0.1/8"],
  });
  const probe = duplicatesProbe(host({ interfaces: more }));
  expect(probe?.title).toBe("no other machine has 192.168.1.22");
  expect(probe?.scripts[0]?.sh).toContain("arping -D ");
  expect(duplicatesProbe(host({ links: "0x1003 0 eth1\n0x9 1 lo\n" }))).toBeNull();
});
