import { down, up } from "./fleet.js";

/** One lab for all files of these tests: up before the first, down after the last. */
export default async function setup(): Promise<() => Promise<void>> {
  await up();
  return down;
}
