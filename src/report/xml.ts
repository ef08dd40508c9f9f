const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML 1.0 can hold it: control characters have no form there. */
export function xml(text: string): string {
  return text
    .replace(/[&<>"]/g, (char) => ENTITIES[char] ?? "")
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, "");
}
