/** Whether a run only looked for drift, and changed nothing: a correction names the look that it is of. */
export function isLook({
  command,
  of,
}: {
  readonly command: string;
  readonly of?: string | undefined;
}): boolean {
  return command === "drift" && of === undefined;
}
