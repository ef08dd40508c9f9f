/** The service that keeps failover going; there is one on a host. */
export const UNIT = "surefoot-failover.service";
/** Its program, a POSIX shell script. */
export const SCRIPT = "/usr/local/sbin/surefoot-failover";
/** What it keeps until the next boot: what it found before it changed anything, and which gateways are out. */
export const RUN = "/run/surefoot-failover";
/** Its nftables table. */
export const NFT_TABLE = "surefoot_failover";
