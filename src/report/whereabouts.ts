import type { ErrorCode } from "../model/error.js";
import type { Event } from "../model/event.js";
import { compressNames } from "./names.js";
import { plural } from "./text.js";

/** Where a host is when a run ends early. */
type Where = "done" | "as before" | "in between" | "not started";

/** What each means, in the order in which a person has to care. */
const WORDS: Readonly<Record<Where, string>> = {
  "in between": "between two states (some steps ran)",
  "as before": "as before",
  "not started": "not started",
  done: "done",
};

/** Errors that leave what was being done where it was. */
const CUT_SHORT: readonly (ErrorCode | undefined)[] = ["interrupted", "connection-lost", "command-timeout"];

/** Follows which hosts are in flight, and what is where when the run is ended. */
export class Whereabouts {
  readonly #ended = new Map<string, Where>();
  /** Hosts being worked on, by whether a step was begun there. */
  readonly #busy = new Map<string, boolean>();
  /** Hosts on which a command of `exec` came to its end, well or not. */
  readonly #ran = new Set<string>();
  /** When each armed timer fires at the latest, in milliseconds since 1970. */
  readonly #timers = new Map<string, number>();

  /** How many hosts are being worked on. */
  get inFlight(): number {
    return this.#busy.size;
  }

  onEvent(event: Event): void {
    if (event.type === "host-phase" && !this.#busy.has(event.host)) this.#busy.set(event.host, false);
    if (event.type === "host-phase" && event.phase === "exec") this.#busy.set(event.host, true);
    if (event.type === "command-finished") this.#ran.add(event.host);
    if (event.type === "step-started") this.#busy.set(event.host, true);
    if (event.type === "timer-armed")
      this.#timers.set(event.host, Date.parse(event.at) + event.seconds * 1000);
    if (event.type === "timer-disarmed") this.#timers.delete(event.host);
    if (event.type !== "host-finished") return;
    const { host, outcome, error } = event;
    const touched = this.#busy.get(host) === true;
    this.#busy.delete(host);
    // Taken back where it went wrong by itself; only what was cut short is left where it was.
    const cut = touched && CUT_SHORT.includes(error?.code);
    if (this.#ran.has(host) || outcome === "ok" || outcome === "changed") this.#ended.set(host, "done");
    else if (outcome === "skipped") this.#ended.set(host, "not started");
    else this.#ended.set(host, cut ? "in between" : "as before");
    if (!cut) this.#timers.delete(host);
  }

  /** A line for each state that hosts are in, ending with a newline; empty where there is none. */
  text(now: number): string {
    const lines: string[] = [];
    for (const [host, end] of this.#timers) {
      const left = Math.max(0, Math.ceil((end - now) / 1000));
      lines.push(`  ${host}: a timer is armed there; it takes the change back by itself within ${left} s`);
    }
    for (const [where, words] of Object.entries(WORDS)) {
      const hosts = [...this.#ended].flatMap(([host, at]) =>
        at === where && !this.#timers.has(host) ? [host] : [],
      );
      if (hosts.length > 0) lines.push(`  ${plural(hosts.length, "host")} ${words}: ${compressNames(hosts)}`);
    }
    return lines.length === 0 ? "" : `What is where:\n${lines.join("\n")}\n`;
  }
}
