/** What the dump prints for files with these texts, in the order given. */
export function dump(files: Readonly<Record<string, string>>): string {
  const names = Object.keys(files).map((file) => `file ${file}\n`);
  const lines = Object.entries(files).flatMap(([file, text]) =>
    text.split("\n").map((line, i) => (/^\s*([#;]|$)/.test(line) ? "" : `${file}:${i + 1}:${line}\n`)),
  );
  return `${names.join("")}\n${lines.join("")}`;
}
