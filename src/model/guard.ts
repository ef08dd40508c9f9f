/** Folder on a host that holds who changes it, what would take that back, and what did; a reboot empties it. */
export const GUARD_DIR = "/run/surefoot";

/** What a boot takes back of a change that was not confirmed before it: there while files are written, gone once it is done. */
export const RESTORE_SCRIPT = "/var/lib/surefoot/restore.sh";
