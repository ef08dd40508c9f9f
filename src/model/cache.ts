import { homedir } from "node:os";
import { join } from "node:path";

/**
 * A folder for what can be made again, in the user's cache folder (XDG Base Directory Specification, 0.8).
 * @param name Of the folder; each kind of content has its own.
 */
export function cacheFolder(name: string, env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: base } = env;
  return join(base !== undefined && base !== "" ? base : join(homedir(), ".cache"), "surefoot", name);
}
