import type { Server } from "node:net";
import { createServer } from "node:net";
import { SurefootError } from "../model/error.js";
import { sleep } from "./system.js";

/** How long to wait for another command on the same lab. */
const PATIENCE_MS = 180_000;

/**
 * Runs something while no other command works on the same lab. The lock is an abstract Unix socket (unix(7)): it goes with its
 * holder, however that ends.
 * @throws SurefootError `lab-failed` if the other one does not end.
 */
export async function withLock<T>(lab: string, work: () => Promise<T>, onWait: () => void): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  let waited = false;
  for (;;) {
    const held = await listen(`\0surefoot-lab-${lab}`);
    if (held !== null) {
      try {
        return await work();
      } finally {
        held.close();
      }
    }
    if (Date.now() > end) {
      throw new SurefootError({
        code: "lab-failed",
        message: `another command has been working on the lab "${lab}" for ${PATIENCE_MS / 1000} s`,
        hint: "Look for a hanging `surefoot lab` process and end it.",
      });
    }
    if (!waited) onWait();
    waited = true;
    await sleep(200);
  }
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      if ("code" in error && error.code === "EADDRINUSE") resolve(null);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
  });
}
