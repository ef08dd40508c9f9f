import type { Sh } from "../../../model/sh.js";
import { sh } from "../../../model/sh.js";

/** Stands before the tool's words where the host has no nexthop objects, or no resilient groups. */
export const LACKING = "lacking: ";

/**
 * Prints all nexthop objects as JSON, with numbers for names. Where the kernel or iproute2 knows none the tool's words for
 * that follow {@link LACKING}; any other failure is one.
 */
export const NEXTHOPS: Sh = sh`if o=$(ip -N -d -j nexthop show 2>&1); then
printf '%s\\n' "\${o:-[]}"
else
case $o in
*'is unknown'*|*'not supported'*) printf '%s%s\\n' ${LACKING} "$o" ;;
*) printf '%s\\n' "$o" >&2; exit 1 ;;
esac
fi`;

/** Says, behind {@link LACKING}, what a kernel or iproute2 without resilient groups says of their buckets; nothing where it has them. */
export const BUCKETS: Sh = sh`o=$(ip nexthop bucket show dev lo 2>&1) || case $o in
*'is unknown'*|*'not supported'*) printf '%s%s\\n' ${LACKING} "$o" ;;
*) printf '%s\\n' "$o" >&2; exit 1 ;;
esac`;
