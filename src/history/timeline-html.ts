import type { Html } from "../report/html/html.js";
import { html, NOTHING } from "../report/html/html.js";
import { plural } from "../report/text.js";
import type { Lane, Timeline } from "./timeline.js";

/** Heights in pixels: of the labels of time, of a lane with its name above it, of its bars at most and at least. */
const HEAD = 20;
const LANE = 50;
const BARS = 26;
const LEAST = 5;
/** Height of the marks that show where there were runs at all. */
const RUNS = 6;
const DAY = 24 * 3_600_000;
/** Share of the width, in percent, that a label of time needs on any screen, and on a wide one. */
const LABEL = { any: 10, wide: 5 };
const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A timeline for people: a lane for each kind of thing that happened, by name, the height of its bars the hosts at a time; below them where there were
 * runs at all. It needs no script, and fits any width. The same stands in a table, for who can't see it.
 */
export function timelineHtml(timeline: Timeline): Html {
  const { lanes, runs, periods } = timeline;
  const height = HEAD + lanes.length * LANE + LANE - BARS + RUNS + 4;
  const unit = 100 / timeline.steps;
  const marks = periods.map((at, i) => {
    const x = ((at - timeline.from) / timeline.step) * unit;
    const next = periods[i + 1];
    const end = next === undefined ? 100 : ((next - timeline.from) / timeline.step) * unit;
    const label =
      end - x < LABEL.wide
        ? NOTHING
        : html`<text class="${end - x < LABEL.any ? "tick narrow" : "tick"}" x="${pct(x)}" dx="4" y="13">${labelOf(at, timeline.period)}</text>`;
    return html`<rect class="rule" x="${pct(x)}" y="0" width="1" height="${height}"/>${label}`;
  });
  const drawn = lanes.map((lane, i) => laneSvg(timeline, lane, HEAD + i * LANE));
  const top = HEAD + lanes.length * LANE;
  const looks = runs.map((count, i) =>
    count === 0
      ? NOTHING
      : html`<rect class="run" x="${pct(i * unit)}" y="${top + 22}" width="${pct(unit)}" height="${RUNS}"><title>${spanOf(timeline, i)}: ${plural(count, "run")}</title></rect>`,
  );
  const total = runs.reduce((sum, count) => sum + count, 0);
  return html`<figure class="timeline"><svg height="${height}" role="img" aria-label="${summary(timeline)} The table below says the same.">${marks}${drawn}
<text class="lane" x="0" dx="4" y="${top + 15}">runs and looks</text><text class="most" x="100%" dx="-4" y="${top + 15}">${total === 0 ? "none" : String(total)}</text>${looks}</svg>
<details id="timeline-table"><summary>The same as a table</summary>${tableHtml(timeline)}</details></figure>
`;
}

function laneSvg(timeline: Timeline, { word, tone, hosts, steps }: Lane, top: number): Html {
  const unit = 100 / timeline.steps;
  const most = Math.max(1, ...steps);
  const floor = top + LANE - 6;
  const bars = steps.map((count, i) => {
    if (count === 0) return NOTHING;
    const height = LEAST + Math.round((count / most) * (BARS - LEAST));
    return html`<rect x="${pct(i * unit)}" y="${floor - height}" width="${pct(unit * 0.88)}" height="${height}"><title>${spanOf(timeline, i)}: ${plural(count, "host")} ${word}</title></rect>`;
  });
  return html`
<g class="${tone}"><text class="lane" x="0" dx="4" y="${top + 14}">${word}</text><text class="most" x="100%" dx="-4" y="${top + 14}">${plural(hosts, "host")}${most < hosts ? `, up to ${most} at a time` : ""}</text><rect class="floor" x="0" y="${floor}" width="100%" height="1"/>${bars}</g>`;
}

function tableHtml({ lanes, periods, period }: Timeline): Html {
  if (lanes.length === 0) return html`<p>Nothing changed, drifted or failed.</p>`;
  const head = lanes.map(({ word }) => html`<th scope="col" class="num">${word}</th>`);
  const rows = periods.map((at, i) => {
    const cells = lanes.map((lane) => html`<td class="num">${lane.periods[i] ?? 0}</td>`);
    return html`<tr><th scope="row">from <time datetime="${new Date(at).toISOString()}">${dayAndTime(at, period)}</time></th>${cells}</tr>`;
  });
  return html`<div class="wide" tabindex="0"><table><caption>Hosts, each counted once in a row; times in UTC</caption><thead><tr><th scope="col">when</th>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function summary({ lanes, from, step, steps }: Timeline): string {
  const what = lanes.map(({ word, hosts }) => `${plural(hosts, "host")} ${word}`).join(", ");
  return `From ${minute(from)} to ${minute(from + steps * step)} UTC: ${what === "" ? "nothing changed, drifted or failed" : what}.`;
}

function spanOf({ from, step }: Timeline, index: number): string {
  const [begins, ends] = [from + index * step, from + (index + 1) * step];
  return `${minute(begins)} to ${dayOf(begins) === dayOf(ends - 1) ? minute(ends).slice(11) : minute(ends)} UTC`;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY);
}

function minute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}

/** A short label of a period: a day, or a time of the day. */
function labelOf(ms: number, period: number): string {
  const at = new Date(ms);
  if (period < DAY && ms % DAY !== 0) return minute(ms).slice(11);
  if (period <= 2 * DAY) return `${WEEKDAYS[at.getUTCDay()] ?? ""} ${at.getUTCDate()}`;
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ""}`;
}

function dayAndTime(ms: number, period: number): string {
  return period < DAY || ms % DAY !== 0 ? minute(ms) : minute(ms).slice(0, 10);
}

function pct(share: number): string {
  return `${Number(share.toFixed(3))}%`;
}
