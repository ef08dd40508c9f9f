import type { Writable } from "node:stream";
import type { Event } from "../model/event.js";
import type { Fold } from "./fold.js";
import type { Live } from "./live.js";
import { Progress } from "./progress.js";
import type { Reporter } from "./reporter.js";

/** How often the live rows are redrawn: 5 Hz is calm to look at and cheap with thousands of hosts. */
const REDRAW_MS = 200;
/** How often progress is said where nothing can be redrawn. */
const PLAIN_MS = 10_000;

/** Columns of a terminal that does not say how many it has; a pty that nobody gave a size says 0. */
const COLUMNS = 80;

const columnsOf = ({ columns = 0 }: TerminalOptions["out"]): number => (columns > 0 ? columns : COLUMNS);

/** What the terminal report needs to know. */
export interface TerminalOptions {
  readonly out: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Tells the end of it. */
  readonly fold: Fold;
}

/**
 * Tells a person about a run: a live row per wave or stage on a terminal, a line now and then elsewhere, and at the end what was found, done
 * and wrong, folded over hosts.
 */
export function terminalReporter(options: TerminalOptions): Reporter {
  const { out, fold } = options;
  const progress = new Progress();
  let timer: NodeJS.Timeout | undefined;
  let live: Promise<Live> | undefined;

  const begin = (): void => {
    if (out.isTTY === true) {
      const started = import("./live.js").then(({ startLive }) => startLive(progress, columnsOf(out)));
      live = started;
      timer = setInterval(() => void started.then((rows) => rows.redraw()), REDRAW_MS);
    } else {
      timer = setInterval(() => {
        const now = performance.now();
        const stage = progress.reached("apply") ? "apply" : "read";
        const line =
          progress.waves > 1 ? progress.waveLine(progress.wave, now, 200) : progress.line(stage, now, 200);
        out.write(`${line}\n`);
      }, PLAIN_MS);
    }
  };

  const rest = async (): Promise<void> => {
    clearInterval(timer);
    if (live !== undefined) await (await live).end();
    live = undefined;
  };

  return {
    onEvent: (event: Event) => {
      progress.onEvent(event, performance.now());
      fold.onEvent(event);
      // The first event after it says whether there are waves.
      if (event.type !== "run-started" && timer === undefined) begin();
    },
    suspend: async () => {
      if (timer === undefined) return () => undefined;
      await rest();
      return begin;
    },
    close: async () => {
      await rest();
      await new Promise<void>((resolve) => out.write(fold.text(), () => resolve()));
    },
  };
}
