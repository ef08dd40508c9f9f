import { spawnSync } from "node:child_process";
import type { LabPaths } from "../lab/names.js";

/** Does the work as root: as this very process, or by calling the same command again through sudo. */
export async function asRoot(work: (paths: LabPaths) => Promise<number>): Promise<void> {
  const { hasSudo, needsRoot, requireLab } = await import("../lab/requirements.js");
  const { labPaths } = await import("../lab/names.js");
  const paths = labPaths();
  requireLab();
  if (process.getuid?.() === 0) {
    process.exitCode = await work(paths);
    return;
  }
  if (!hasSudo()) throw needsRoot();
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    /^SUREFOOT_LAB(_DIR|_PACKAGES)?$|^NO_COLOR$|^TERM$/.test(name) ? [`${name}=${value}`] : [],
  );
  const again = [...kept, process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const ran = spawnSync("sudo", ["--", "env", ...again], { stdio: "inherit" });
  process.exitCode = ran.status ?? 1;
}
