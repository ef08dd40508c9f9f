/** Lines of a unit file that count: comments and empty lines left out, continued lines joined (systemd.syntax(7)). */
function lines(content: string): readonly string[] {
  const whole: string[] = [];
  let open = false;
  for (const line of content.split("\n")) {
    const text = line.trim();
    if (/^[#;]/.test(text) || (text === "" && !open)) continue;
    const start = open ? `${whole.pop() ?? ""} ` : "";
    open = text.endsWith("\\");
    whole.push(start + (open ? text.slice(0, -1).trimEnd() : text));
  }
  return whole;
}

/** The assignments of one section, all places where it stands taken together. */
export function section(content: string, name: string): readonly string[] {
  let current = "";
  return lines(content).flatMap((line) => {
    const head = /^\[(.*)\]$/.exec(line);
    if (head !== null) current = head[1] ?? "";
    return head === null && current === name ? [line.replace(/\s*=\s*/, "=")] : [];
  });
}

/** Whether a unit file has a section with anything in it. */
export function hasSection(content: string, name: string): boolean {
  return section(content, name).length > 0;
}

/** The value of a setting, of which the last counts; undefined where it is not there. */
export function setting(content: string, inSection: string, key: string): string | undefined {
  const found = section(content, inSection).findLast((line) => line.startsWith(`${key}=`));
  return found?.slice(key.length + 1);
}

/** Whether a boolean of a unit file is on (systemd.syntax(7)). */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && ["1", "yes", "true", "on", "y", "t"].includes(value.toLowerCase());
}
