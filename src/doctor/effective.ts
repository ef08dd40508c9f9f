import type { Dropins, Line } from "../resources/sysctl/dropins.js";
import { atBoot } from "../resources/sysctl/dropins.js";
import type { Settings } from "./read/settings.js";

/** rp_filter as the kernel uses it on an interface: the larger of `all` and the interface's own (Linux ip-sysctl). */
export interface RpFilter {
  readonly all: number;
  readonly own: number;
  readonly used: number;
}

const path = (name: string): string => `net/ipv4/conf/${name}/rp_filter`;

/** Its live value, undefined where the kernel does not tell one. */
export function rpFilterNow(settings: Settings, dev: string): RpFilter | undefined {
  const [all, own] = [settings.get(path("all")), settings.get(path(dev))];
  if (all === undefined || own === undefined) return undefined;
  return { all: Number(all), own: Number(own), used: Math.max(Number(all), Number(own)) };
}

/** The line that decides what it is after the next boot; null where no file sets it. */
export function rpFilterAtBoot(files: Dropins, dev: string): (Line & { readonly value: string }) | null {
  const lines = [path("all"), path(dev)].flatMap((key) => {
    const line = atBoot(files, key);
    return line === null || line.value === null ? [] : [{ ...line, value: line.value }];
  });
  return lines.reduce<(Line & { readonly value: string }) | null>(
    (most, line) => (most === null || Number(line.value) > Number(most.value) ? line : most),
    null,
  );
}
