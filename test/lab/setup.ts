import { beforeAll } from "vitest";
import { away, up } from "./fleet.js";

/** Each process that runs files of these tests has a lab of its own, and each file fresh hosts: what one leaves behind troubles no other. */
beforeAll(async () => {
  await away();
  await up();
}, 300_000);
