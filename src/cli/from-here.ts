import { relative } from "node:path";

/** A path as people write it: relative to the working directory where it lies below it. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
}
