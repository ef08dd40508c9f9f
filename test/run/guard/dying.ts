import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localTransport } from "../../../src/transport/local.js";
import type { Transport } from "../../../src/transport/transport.js";

/**
 * A transport whose connection dies under some scripts, as often as is said; what else befalls the host then is told by `host`.
 */
export function dyingAt(
  matches: (script: string) => boolean,
  host: (deliver: () => void) => void,
  times = 1,
): Transport {
  let died = 0;
  return {
    ...localTransport,
    connect: async (target, signal) => {
      const connection = await localTransport.connect(target, signal);
      return {
        ...connection,
        exec: async (command) => {
          const process = await connection.exec(command);
          let dead = false;
          const write = (data: string): void => {
            dead = matches(data) && died < times;
            if (dead) died++;
            if (!dead) process.write(data);
            else {
              host(() => process.write(data));
              // What was delivered is done by then; what it answers does not come.
              setTimeout(() => process.abandon(), 1000);
            }
          };
          const onStdout: typeof process.onStdout = (listener) =>
            process.onStdout((chunk) => {
              if (!dead) listener(chunk);
            });
          return { ...process, write, onStdout };
        },
      };
    },
  };
}

/** What befalls a host that boots under a change: its guard is gone, and what was written to `f` is taken back. */
export const boots = (dir: string) => (): void => {
  rmSync(join(dir, "guard"), { recursive: true });
  writeFileSync(join(dir, "f"), "old\n");
};
