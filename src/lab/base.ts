import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LabPaths } from "./names.js";
import { OPS_PASSWORD } from "./names.js";
import { must, mustSh } from "./system.js";

/** What a client is made of besides Debian's minimal base. */
const INCLUDED = [
  "systemd-sysv",
  "dbus",
  "openssh-server",
  "iproute2",
  "ifupdown",
  "isc-dhcp-client",
  // network-manager needs polkitd, which needs one that provides logind: debootstrap finds no provider by itself.
  "libpam-systemd",
  "network-manager",
  "sudo",
  "doas",
  "procps",
  "curl",
  "iputils-ping",
  "netcat-openbsd",
  "nftables",
  "conntrack",
  // Login shells that read commands otherwise than POSIX has it.
  "tcsh",
  "fish",
  "iputils-arping",
];

const SUITE = "bookworm";

/** Building it takes about a minute, most of it unpacking packages. */
const BUILD_TIMEOUT_MS = 600_000;

/**
 * What makes a plain Debian a client. Units that have no work in a machine without hardware, or that would start downloads, are
 * masked. What owns the network is switched on for each client, not here.
 */
const CUSTOMIZE = `
root=$1
password=$2
rm -f "$root/etc/machine-id" "$root"/etc/ssh/ssh_host_* "$root"/var/cache/apt/archives/*.deb
: > "$root/etc/machine-id"
for unit in systemd-journal-flush.service systemd-logind.service systemd-timesyncd.service getty.target \\
  console-getty.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
rm -f "$root"/etc/systemd/system/*.wants/systemd-networkd* "$root"/etc/systemd/system/*.wants/networking.service
rm -f "$root"/etc/systemd/system/*.wants/NetworkManager* "$root"/etc/systemd/system/dbus-org.freedesktop.nm-dispatcher.service
rm -f "$root/etc/systemd/system/dbus-org.freedesktop.network1.service"
# There is no logind to tell of a login.
sed -i /pam_systemd/d "$root/etc/pam.d/common-session"
chroot "$root" useradd --create-home --shell /bin/bash --uid 1000 ops
printf 'ops:%s\\n' "$password" | chroot "$root" chpasswd
chroot "$root" usermod --lock root
mkdir -p "$root/home/ops/.ssh" "$root/root/.ssh"
chmod 700 "$root/home/ops/.ssh" "$root/root/.ssh"
chown 1000:1000 "$root/home/ops/.ssh"
cat > "$root/etc/ssh/sshd_config.d/lab.conf" <<'EOF'
HostKey /etc/ssh/ssh_host_ed25519_key
UseDNS no
PermitRootLogin prohibit-password
PasswordAuthentication no
EOF
mkdir -p "$root/etc/systemd/system/systemd-networkd-wait-online.service.d"
cat > "$root/etc/systemd/system/systemd-networkd-wait-online.service.d/lab.conf" <<'EOF'
[Service]
ExecStart=
ExecStart=/lib/systemd/systemd-networkd-wait-online --interface=eth1 --timeout=30
EOF
`;

/** Packages that SUREFOOT_LAB_PACKAGES adds, separated by commas: an image of its own, for tools that need more on their targets. */
function included(): readonly string[] {
  const extra = (process.env.SUREFOOT_LAB_PACKAGES ?? "").split(",").filter((name) => name !== "");
  return [...INCLUDED, ...extra];
}

/** The folder of the image that this version of the lab uses. */
export function baseImage(paths: LabPaths): string {
  const key = createHash("sha256")
    .update(JSON.stringify([SUITE, included(), CUSTOMIZE, OPS_PASSWORD]))
    .digest("hex");
  return join(paths.bases, key.slice(0, 12));
}

/** The archive from which this machine itself was installed, so that the lab reaches whatever mirror it is set to. */
function archive(): string | undefined {
  const files = ["/etc/apt/sources.list", ...listFiles("/etc/apt/sources.list.d")];
  for (const file of files) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const match = /^(?:deb(?:\s+\[[^\]]*\])?\s+|URIs:\s*)(\S+\/debian)\/?(?=\s|$)/m.exec(text);
    if (match?.[1] !== undefined) return match[1];
  }
  return undefined;
}

function listFiles(dir: string): readonly string[] {
  return existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : [];
}

/** Makes the base image unless it is there; it appears whole or not at all. */
export async function ensureBase(paths: LabPaths, say: (text: string) => void): Promise<string> {
  const image = baseImage(paths);
  if (existsSync(image)) return image;
  say(`making the base image (once; about a minute) in ${image}`);
  await mkdir(paths.bases, { recursive: true });
  const draft = `${image}.draft`;
  await rm(draft, { recursive: true, force: true });
  const from = archive();
  // In a mount namespace of its own: what it mounts goes with it, however it ends.
  await must(
    "unshare",
    [
      "--mount",
      "debootstrap",
      "--variant=minbase",
      `--include=${included().join(",")}`,
      SUITE,
      draft,
      ...(from === undefined ? [] : [from]),
    ],
    { timeoutMs: BUILD_TIMEOUT_MS },
  );
  await mustSh(CUSTOMIZE, [draft, OPS_PASSWORD]);
  await rename(draft, image);
  return image;
}
