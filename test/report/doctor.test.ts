import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import type { Diagnosis } from "../../src/model/diagnosis.js";
import type { EventBody } from "../../src/model/event.js";
import { emptyTally } from "../../src/model/event.js";
import { DoctorFold } from "../../src/report/doctor.js";
import { painter } from "../../src/report/text.js";
import { diagnosisOf } from "../doctor/healthy.js";

/** What is told of hosts with these diagnoses. */
function told(diagnoses: Readonly<Record<string, Diagnosis>>, columns = 80, color = false): string {
  const fold = new DoctorFold({ paint: painter(color), columns });
  const bodies: readonly EventBody[] = [
    ...Object.entries(diagnoses).flatMap(([host, diagnosis]): readonly EventBody[] => [
      { type: "host-diagnosed", host, diagnosis },
      {
        type: "host-finished",
        host,
        outcome: "failed",
        ms: 1,
        error: { code: "check-failed", message: "default-missing: none", place: { host }, hint: "" },
      },
    ]),
    { type: "run-finished", run: "r", tally: { ...emptyTally(), failed: 1 }, exitCode: 1, ms: 1200 },
  ];
  for (const body of bodies) fold.onEvent({ ...body, at: "2026-01-01T00:00:00.000Z" });
  return fold.text();
}

it("tells what is in a block, and that nothing is to be mended", () => {
  expect(told({ c1: diagnosisOf({}) })).toMatchInlineSnapshot(`
    "c1
      host         Linux 6.1.0-37-amd64, iproute2 6.1.0, systemd 252
      default      metric 0 via 192.168.1.1 dev eth1 weight 1 [reachable], via
                   192.168.1.10 dev eth1 weight 1 [stale] (boot)
      rules        the usual ones
      eth1         up; 192.168.1.22/24; owner systemd-networkd
                   (/etc/systemd/network/10-eth1.network); rp_filter 2 (all 2, own
                   2; at boot 2 by /etc/sysctl.d/99-ecmp.conf:2)
      hash policy  1; at boot 1 by /etc/sysctl.d/99-ecmp.conf:1
      failure      fib_multipath_use_neigh 1; no failover
      unit         ecmp-route.service: loaded, enabled, active (success); sets
                   192.168.1.1, 192.168.1.10
      keeper       surefoot-route-eth1.service: active
      login        from 10.20.0.2, answered by default via 192.168.1.1 dev eth1

      Nothing to mend. Looked at: the kernel's version, iproute2's version,
      systemd's version, the IPv4 routes of all tables, the IPv6 routes of all
      tables, the IPv4 routing rules, the IPv6 routing rules, the interfaces'
      addresses, the interfaces' links, the neighbours, the kernel's live
      parameters, the count of packets dropped by their reverse path, what sets
      parameters at boot, who owns the interfaces, the way back to this controller,
      ecmp-route.service and the units around it, the log of ecmp-route.service,
      what failover says of itself, changes that are not over, where settings are
      kept.

    1 host in 1.2 s: 1 not as it should be
    "
  `);
});

it("tells findings worst first, each with its evidence, cause and remedy; then what is not known", () => {
  const text = told({
    c1: diagnosisOf({
      routes4: "[]\n",
      rules4: null,
      dropins: "file /etc/sysctl.d/zz.conf\n\n/etc/sysctl.d/zz.conf:1:net.ipv4.fib_multipath_hash_policy=0\n",
    }),
  });
  expect(text.slice(text.indexOf("\n\n"))).toMatchInlineSnapshot(`
    "

      PROBLEM the table main has no IPv4 default route [default-missing]
        why:  Nothing outside the host's own networks can be reached: the unit
              ecmp-route.service would set one (via 192.168.1.1 dev eth1 weight 1,
              192.168.1.10 dev eth1 weight 1), but failed, was never started, or the
              link has gone down and up since: the kernel drops the routes of an
              interface that goes down, and nothing puts them back.
        mend: surefoot run playbooks/ecmp.ts -i inv --limit c1  (from here)

      RISK /etc/sysctl.d/zz.conf:1 sets net.ipv4.fib_multipath_hash_policy to 0 at
          boot [hash-policy-boot]
        why:  Files of sysctl.d are read in the order of their names whatever their
              folder, and the last one wins: 99-sysctl.conf, a link to
              /etc/sysctl.conf, comes after 99-ecmp.conf.
        mend: f=$(readlink -f /etc/sysctl.d/zz.conf) && sed -i '1s/^/# /' "$f"  (on the host, as root)

      UNKNOWN the IPv4 routing rules could not be read: sh: 1: it went wrong
        hint: Does the command run on the host, as root?

    1 host in 1.2 s: 1 not as it should be
    "
  `);
});

it.each([60, 80, 120])(
  "keeps to %i columns, with and without colours, but leaves commands whole",
  (columns) => {
    const diagnosis = diagnosisOf({ routes4: "[]\n", rules4: null });
    const plain = told({ c1: diagnosis, c2: diagnosisOf({}) }, columns);
    const wide = plain.split("\n").filter((line) => line.length > columns && !line.includes("mend: "));
    expect(wide).toEqual([]);
    expect(plain).toContain("mend: surefoot run playbooks/ecmp.ts -i inv --limit c1  (from here)\n");
    expect(stripVTControlCharacters(told({ c1: diagnosis, c2: diagnosisOf({}) }, columns, true))).toBe(plain);
  },
);

it("tells hosts in the order of their names, and an error once", () => {
  const text = told({ c10: diagnosisOf({}), c2: diagnosisOf({}) });
  expect(text.match(/^c\d+$/gm)).toEqual(["c2", "c10"]);
  expect(text).not.toContain("check-failed");
});

it("shows no control characters of a host", () => {
  const evil = "\u001b]0;x\u0007\u009b2J\u202e";
  const text = told({
    c1: diagnosisOf({
      kernel: `6.1 ${evil}\n`,
      rules4: `0:\tfrom all ${evil} lookup local\n1:\tfrom all unreachable ${evil}\n32766:\tfrom all lookup main\n`,
      units: `Id=ecmp-route.service\nLoadState=${evil}\nActiveState=${evil}\nLoadError=${evil}\n`,
      log: evil,
      neighbours: `${evil}\n`,
    }),
  });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(text).toContain("\\x1b");
});
