import type { Sh } from "../model/sh.js";

/** Something that can be learnt of any host before its tasks are known: read-only scripts, and a pure function that reads them. */
export interface Fact<T> {
  readonly scripts: readonly Sh[];
  /**
   * Reads what the scripts printed, in their order.
   * @throws ProbeError where that can't be understood: what is not known is never said to be absent.
   */
  parse(outputs: readonly string[]): T;
}
