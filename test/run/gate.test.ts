import { expect, it } from "vitest";
import { looker } from "../../src/run/gate.js";
import { localTransport } from "../../src/transport/local.js";
import type { Flow, Transport } from "../../src/transport/transport.js";
import { localTarget } from "../support/target.js";
import { folder, sessionOn } from "./runs.js";

it("looks over one flow alone: another beside it could hide what a gate is to see", async () => {
  const flows: (Flow | undefined)[] = [];
  const transport: Transport = {
    ...localTransport,
    connect: (target, signal, flow) => {
      flows.push(flow);
      return localTransport.connect(target, signal, flow);
    },
  };
  const { context } = await sessionOn(folder(), [], { transport });
  flows.length = 0;
  expect(await looker(context)(localTarget("here"), [])).toEqual([]);
  expect(flows).toEqual([{}]);
});
