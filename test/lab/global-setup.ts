import { down, up } from "./fleet.js";

/** The first lab, so that the base image is made once; and all labs away after the last test. */
export default async function setup(): Promise<() => Promise<void>> {
  await up();
  return down;
}
