import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { beforeHtml, readable } from "../history/before.js";
import type { RunRecord } from "../history/record.js";
import { parseSince } from "../history/since.js";
import { listRuns } from "../journal/folder.js";
import { inventoryOf } from "../journal/paths.js";
import { goesOn } from "../journal/who.js";
import { SurefootError } from "../model/error.js";
import type { Html } from "../report/html/html.js";
import { html, NOTHING } from "../report/html/html.js";
import { page } from "../report/html/page.js";
import type { DriftFacts } from "../report/metrics.js";
import { buildInfo, metricsText } from "../report/metrics.js";
import { byFleet, newestLook } from "./fleets.js";
import { Kept } from "./kept.js";
import { gatherOverview, lookBack, recordsSince, stampOf } from "./overview.js";
import { overviewPage, runPath } from "./overview-html.js";
import { plainPage } from "./plain.js";
import type { ReadRun } from "./runs.js";
import { Runs } from "./runs.js";

/** What is served. */
export interface SiteOptions {
  /** Folder of the journals. */
  readonly state: string;
  readonly version: string;
  /** How a path is told. */
  readonly path: (absolute: string) => string;
  readonly now?: () => Date;
}

/** What is answered. */
export interface Answer {
  readonly status: 200 | 400 | 404 | 500;
  readonly type: "text/html; charset=utf-8" | "text/plain; version=0.0.4; charset=utf-8";
  readonly body: string;
  /** Of the body. */
  readonly tag: string;
  /** Whether the page asks the server how it has changed. */
  readonly live: boolean;
}

const HTML = "text/html; charset=utf-8";
/** Since when is told where nothing else is asked for. */
const SINCE = "7d";
/** Seconds between looks of the page of a run that goes on. */
const LIVE = 3;
/** What all pages that are kept may weigh, in characters. */
const MOST = 32_000_000;
/** How long the time axis may stand still, in milliseconds. */
const AXIS_MS = 5 * 60_000;

/** What can be asked for, by path. It reads journals and nothing else, and changes nothing but the index of them. */
export class Site {
  readonly #options: SiteOptions;
  readonly #runs: Runs;
  readonly #pages = new Kept<Answer>(MOST);
  /** Runs that went on when they were last looked at. */
  #open: readonly RunRecord[] = [];

  constructor(options: SiteOptions) {
    this.#options = options;
    this.#runs = new Runs(options.state);
  }

  /** Answers; what can't be read is an answer, too. */
  async answer(path: string, query: URLSearchParams): Promise<Answer> {
    try {
      if (path === "/") return await this.#overview(query.get("since") ?? SINCE);
      if (path === "/metrics") return await this.#metrics();
      const [, run] = /^\/runs\/([0-9A-Za-z-]+)$/.exec(path) ?? [];
      // Only what the folder lists is ever opened.
      if (run !== undefined && (await listRuns(this.#options.state)).includes(run))
        return await this.#run(run);
    } catch (thrown) {
      if (!(thrown instanceof SurefootError)) throw thrown;
      const { code, message, hint } = thrown.data;
      const status = code === "flag-invalid" ? 400 : 500;
      return answerOf(plainPage(code, message, `hint: ${hint}`), { status });
    }
    return answerOf(plainPage("Not found", "There is nothing here."), { status: 404 });
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }

  async #overview(text: string): Promise<Answer> {
    const { state, path } = this.#options;
    const now = this.#now();
    const since = parseSince(text, now);
    const sizes = await stampOf(state, lookBack(since, now));
    const stamp = `${sizes} ${this.#open.map(goesOn).join()} ${Math.floor(now.getTime() / AXIS_MS)}`;
    return this.#pages.get(
      `/?${text}`,
      () => stamp,
      async () => {
        const overview = await gatherOverview(state, this.#runs, since, now);
        this.#open = overview.open;
        const answer = answerOf(overviewPage(overview, { since: text, state: path(resolve(state)), path }), {
          live: true,
        });
        return { value: answer, weight: answer.body.length };
      },
    );
  }

  async #run(run: string): Promise<Answer> {
    const read = await this.#runs.read(run);
    if (read?.facts === undefined)
      return answerOf(plainPage(`Run ${run}`, "It was ended before anything was done."));
    const { facts, goesOn: live } = read;
    return this.#pages.get(
      run,
      () => `${read.stamp} ${live}`,
      async () => {
        const before = await this.#before(read, facts.last);
        const extras = { nav: navHtml(read), before, live: live ? LIVE : undefined, goesOn: live };
        const answer = answerOf(page(facts, extras), { live });
        return { value: answer, weight: answer.body.length };
      },
    );
  }

  #before({ header, run }: ReadRun, last: string): Promise<Html> {
    const { state, path } = this.#options;
    const inventory = inventoryOf(header);
    return beforeHtml(state, { inventory, without: [run], now: new Date(last), path, link: runPath });
  }

  async #metrics(): Promise<Answer> {
    const { state, version } = this.#options;
    const now = this.#now();
    const told = await recordsSince(state, lookBack(now, now));
    const all: Measured[] = [];
    for (const records of byFleet(told.flatMap(readable)).values()) {
      const newest = newestLook(records);
      const [fleet] = records;
      if (newest === undefined || fleet === undefined) continue;
      const facts = await this.#runs.measure(newest.look, newest.correction);
      if (facts !== undefined) all.push({ facts, fleet });
    }
    const body = `${metricsText(distinct(all))}${buildInfo(version)}`;
    return {
      status: 200,
      type: "text/plain; version=0.0.4; charset=utf-8",
      body,
      tag: tagOf(body),
      live: false,
    };
  }
}

interface Measured {
  readonly facts: DriftFacts;
  readonly fleet: RunRecord;
}

/** Two fleets must not have the same labels: those whose paths read the same are told by their absolute ones. */
function distinct(all: readonly Measured[]): readonly DriftFacts[] {
  const name = ({ facts }: Measured): string => `${facts.playbook}\0${facts.inventory}`;
  return all.map((one) =>
    all.some((other) => other !== one && name(other) === name(one))
      ? { ...one.facts, playbook: one.fleet.playbook, inventory: one.fleet.inventory }
      : one.facts,
  );
}

function navHtml({ header }: ReadRun): Html {
  const { of } = header;
  const related =
    of === undefined
      ? NOTHING
      : html`<a href="${runPath(of)}">the run that it ${header.command === "rollback" ? "takes back" : "corrects"}: ${of}</a>`;
  return html`<nav aria-label="Pages"><a href="/">all fleets</a>${related}</nav>`;
}

function answerOf(
  body: string,
  { status = 200, live = false }: Partial<Pick<Answer, "status" | "live">> = {},
): Answer {
  return { status, type: HTML, body, tag: tagOf(body), live };
}

function tagOf(body: string): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}
