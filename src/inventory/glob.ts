/** Whether a term has `*` or `?` in it. */
export function isGlob(name: string): boolean {
  return /[*?]/.test(name);
}

/** What a glob fits as a whole: `*` stands for any text, `?` for one character, all else for itself. */
export function globOf(name: string): RegExp {
  const source = name.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*");
  return new RegExp(`^${source.replaceAll("?", ".")}$`);
}
