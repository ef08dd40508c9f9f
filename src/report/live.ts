import { Listr } from "listr2";
import type { Progress } from "./progress.js";

/** Rows on a terminal that show progress. */
export interface Live {
  redraw(): void;
  /** Draws the last state and gives the terminal back. */
  end(): Promise<void>;
}

/** Columns that listr2 puts before a title: its sign and a space. */
const SIGN = 4;

/** Rows of waves that fit on a terminal; with more of them, only the one under way has a row. */
const WAVE_ROWS = 10;

type Row = (now: number, columns: number) => string;

/** What the rows tell: waves where there are some, else stages. */
function rowsOf(progress: Progress): readonly Row[] {
  const { waves } = progress;
  if (waves > WAVE_ROWS) return [(now, columns) => progress.waveLine(progress.wave, now, columns)];
  if (waves > 1)
    return Array.from(
      { length: waves },
      (_, i): Row =>
        (now, columns) =>
          progress.waveLine(i + 1, now, columns),
    );
  return progress.stages.map(
    (stage): Row =>
      (now, columns) =>
        progress.line(stage, now, columns),
  );
}

/** Shows rows by listr2, which renders and does nothing else: its tasks wait for the run to end. */
export function startLive(progress: Progress, columns: number): Live {
  const rows = new Map<Row, { title: string }>();
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const line = (row: Row): string => row(performance.now(), columns - SIGN);
  const list = new Listr(
    rowsOf(progress).map((row) => ({
      title: line(row),
      task: async (_context: unknown, shown: { title: string }) => {
        rows.set(row, shown);
        await finished;
      },
    })),
    { concurrent: true, renderer: "default", registerSignalListeners: false },
  );
  const redraw = (): void => {
    for (const [row, shown] of rows) shown.title = line(row);
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
