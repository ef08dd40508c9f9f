import type { Finder } from "../case.js";
import { isMultipath, mainDefaults, showRoute } from "../ways.js";

/** What is left of IPv6 beside an IPv4 default with several next hops. */
export const ipv6: Finder = ({ readings }) => {
  const [four] = mainDefaults(readings, 4) ?? [];
  const [six, ...others] = mainDefaults(readings, 6) ?? [];
  if (!isMultipath(four) || six === undefined || six.type !== "unicast" || isMultipath(six)) return [];
  const expires =
    six.expires === undefined ? "" : `, which ends in ${six.expires} s unless it is advertised again`;
  return [
    {
      id: "ipv6-other-way",
      severity: "note",
      seen: [six, ...others].map(showRoute).join("; "),
      cause: `IPv6 has one way out of its own${expires}: programs that prefer IPv6 do not use the IPv4 gateways, and are not spread over any.`,
    },
  ];
};
