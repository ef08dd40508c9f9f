import type { NetworkOwner } from "./names.js";
import { ADDRESS } from "./names.js";

/** The file that configures a client's eth1. */
interface NetworkFile {
  /** Below the client's root. */
  readonly path: string;
  readonly mode: number;
  /** The file for a client's address. */
  text(address: string): string;
}

/** How eth1 is configured by each owner: one address, one gateway. */
export const NETWORK: Readonly<Record<NetworkOwner, NetworkFile>> = {
  networkd: {
    path: "etc/systemd/network/10-eth1.network",
    mode: 0o644,
    text: (address) => `[Match]
Name=eth1

[Network]
Address=${address}/24
Gateway=${ADDRESS.nat1.lan}
# Nobody here sends router advertisements; waiting for them would delay network-online by a dozen seconds.
IPv6AcceptRA=no
`,
  },
  ifupdown: {
    path: "etc/network/interfaces",
    mode: 0o644,
    text: (address) => `auto lo
iface lo inet loopback

auto eth1
iface eth1 inet static
    address ${address}/24
    gateway ${ADDRESS.nat1.lan}
`,
  },
  // NetworkManager reads no profile that others may read, too (nm-settings-keyfile(5)).
  networkmanager: {
    path: "etc/NetworkManager/system-connections/eth1.nmconnection",
    mode: 0o600,
    text: (address) => `[connection]
id=eth1
uuid=5f5f5f5f-0000-4000-8000-000000000001
type=ethernet
interface-name=eth1

[ipv4]
method=manual
address1=${address}/24,${ADDRESS.nat1.lan}

[ipv6]
method=ignore
`,
  },
};

/** Units that systemd is told to start, as `systemctl enable` would link them. */
export const WANTS: Readonly<Record<NetworkOwner, readonly (readonly [target: string, unit: string])[]>> = {
  networkd: [
    ["multi-user.target.wants", "systemd-networkd.service"],
    ["network-online.target.wants", "systemd-networkd-wait-online.service"],
  ],
  ifupdown: [
    ["multi-user.target.wants", "networking.service"],
    ["network-online.target.wants", "networking.service"],
  ],
  networkmanager: [
    ["multi-user.target.wants", "NetworkManager.service"],
    ["network-online.target.wants", "NetworkManager-wait-online.service"],
  ],
};
