/** Tables that every host knows (rt_tables of iproute2), by number. */
const TABLES: Readonly<Record<string, string>> = { 253: "default", 254: "main", 255: "local" };

/** Who installs routes (rt_protos of iproute2 and linux/rtnetlink.h), by number. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  0: "unspec",
  1: "redirect",
  2: "kernel",
  3: "boot",
  4: "static",
  8: "gated",
  9: "ra",
  10: "mrt",
  11: "zebra",
  12: "bird",
  13: "dnrouted",
  14: "xorp",
  15: "ntk",
  16: "dhcp",
  17: "mrouted",
  18: "keepalived",
  42: "babel",
  99: "openr",
  186: "bgp",
  187: "isis",
  188: "ospf",
  189: "rip",
  192: "eigrp",
};

/** A table's name where every host knows it by one, else as it is given. */
export function tableName(table: string): string {
  return TABLES[table] ?? table;
}

/** A protocol's name where its number has one, else as it is given. */
export function protocolName(protocol: string): string {
  return PROTOCOLS[protocol] ?? protocol;
}
