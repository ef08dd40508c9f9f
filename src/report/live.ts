import { Listr } from "listr2";
import type { Progress, Stage } from "./progress.js";

/** Rows on a terminal that show progress. */
export interface Live {
  redraw(): void;
  /** Draws the last state and gives the terminal back. */
  end(): Promise<void>;
}

/** Columns that listr2 puts before a title: its sign and a space. */
const SIGN = 4;

/** Shows a row per stage by listr2, which renders and does nothing else: its tasks wait for the run to end. */
export function startLive(progress: Progress, columns: number): Live {
  const rows = new Map<Stage, { title: string }>();
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const line = (stage: Stage): string => progress.line(stage, performance.now(), columns - SIGN);
  const list = new Listr(
    progress.stages.map((stage) => ({
      title: line(stage),
      task: async (_context: unknown, row: { title: string }) => {
        rows.set(stage, row);
        await finished;
      },
    })),
    { concurrent: true, renderer: "default", registerSignalListeners: false },
  );
  const redraw = (): void => {
    for (const [stage, row] of rows) row.title = line(stage);
  };
  const running = list.run();
  return {
    redraw,
    end: async () => {
      redraw();
      finish();
      await running;
    },
  };
}
