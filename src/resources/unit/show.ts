/** A unit's whole name (systemd.unit(5)). */
export const WHOLE_NAME = /^[A-Za-z0-9:_.@\\-]+\.[a-z]+$/;

/** What `systemctl show` says of one unit, by property. */
export type Shown = ReadonlyMap<string, string>;

/** Reads what `systemctl show` printed of one unit. A property that it prints several times, as for each command, has them all, a line each. */
export function parseShown(text: string): Shown {
  const shown = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at < 0) continue;
    const [name, value] = [line.slice(0, at), line.slice(at + 1)];
    const before = shown.get(name);
    shown.set(name, before === undefined ? value : `${before}\n${value}`);
  }
  return shown;
}
