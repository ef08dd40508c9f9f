import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { Task, TaskOf } from "../src/model/resource.js";
import type { Sh } from "../src/model/sh.js";
import { sh } from "../src/model/sh.js";
import { playbook } from "../src/playbook/define.js";
import { command } from "../src/resources/command.js";
import { file } from "../src/resources/file.js";
import { route } from "../src/resources/route.js";
import { sysctl } from "../src/resources/sysctl.js";
import { systemdUnit } from "../src/resources/systemdUnit.js";

// What these tests say is said to tsc: nothing here is called but what has no effect.
it("gives playbooks their variables' types, defaults filled in", () => {
  playbook({
    name: "x",
    hosts: "all",
    vars: z.object({ count: z.int().default(1), names: z.array(z.string()) }),
    tasks({ vars, host }) {
      expectTypeOf(vars).toEqualTypeOf<{ count: number; names: string[] }>();
      expectTypeOf(host.groups).toEqualTypeOf<readonly string[]>();
      // @ts-expect-error there is no such variable
      void vars.cuont;
      return [];
    },
  });
});

it("gives playbooks the facts that they ask for, and no others", () => {
  playbook({
    name: "x",
    hosts: "all",
    vars: z.object({}),
    facts: ["kernel", "iproute2"],
    tasks({ facts }) {
      expectTypeOf(facts.kernel.major).toEqualTypeOf<number>();
      expectTypeOf(facts.iproute2).toBeNullable();
      // @ts-expect-error it has not asked for that
      void facts.network;
      return [];
    },
  });
  // @ts-expect-error there is no such fact
  playbook({ name: "x", hosts: "all", vars: z.object({}), facts: ["colour"], tasks: () => [] });
});

it("gives tasks the names of the handlers that they may notify, and no others", () => {
  const handlers = () => ({ "restart nginx": command({ run: "true", always: true }) });
  const base = { name: "x", hosts: "all", vars: z.object({ a: z.string() }) } as const;
  playbook({
    ...base,
    tasks: ({ vars }) => [
      file({ path: vars.a, content: "x" }, { notify: "restart nginx" }),
      [file({ path: "/y" }, { notify: ["restart nginx", "reload x"] }), sysctl({ key: "a.b", value: 1 })],
    ],
    handlers: ({ vars }) => ({
      "restart nginx": command({ run: vars.a, always: true }),
      "reload x": command({ run: "true", always: true }),
    }),
  });
  playbook({
    ...base,
    handlers,
    // @ts-expect-error there is no such handler
    tasks: () => [file({ path: "/x" }, { notify: "restart ngnix" })],
  });
  // @ts-expect-error it has no handlers
  playbook({ ...base, tasks: () => [file({ path: "/x" }, { notify: "restart nginx" })] });
  const helper = (): TaskOf[] => [file({ path: "/x" })];
  playbook({ ...base, handlers, tasks: helper });
});

it("makes tasks, and refuses parameters that do not fit", () => {
  expectTypeOf(file).toBeCallableWith({ path: "/x", content: "y" }, { tags: ["a"] });
  expectTypeOf(file).returns.toExtend<Task>();
  const never = (): readonly Task[] => [
    // @ts-expect-error a mode is text: a number would lose its zero
    file({ path: "/x", mode: 0o644 }),
    // @ts-expect-error there is no such parameter
    sysctl({ key: "a.b", value: 1, fiel: false }),
    // @ts-expect-error a weight is a number
    route({ to: "default", via: [{ gateway: "10.0.0.1", weight: "1" }] }),
    // @ts-expect-error there is no such form
    route({ to: "default", dev: "eth1", nexthops: "object" }),
    // @ts-expect-error only a resilient group has buckets
    route({ to: "default", dev: "eth1", nexthops: { type: "group", buckets: 64 } }),
    // @ts-expect-error a plain route has no numbers
    route({ to: "default", dev: "eth1", nexthops: { type: "route", id: 4000 } }),
    // @ts-expect-error times are seconds
    route({ to: "default", dev: "eth1", nexthops: { type: "resilient", idleTimer: "60s" } }),
    // @ts-expect-error a unit has a name
    systemdUnit({ enabled: true }),
    // @ts-expect-error a command needs a guard
    command({ run: "true" }),
  ];
  expectTypeOf(never).toBeFunction();
});

it("takes nexthop objects by name or in full", () => {
  const way = { to: "default", gateway: "10.0.0.1", dev: "eth1" } as const;
  expectTypeOf(route).toBeCallableWith({ ...way, nexthops: "route" });
  expectTypeOf(route).toBeCallableWith({ ...way, nexthops: "group" });
  expectTypeOf(route).toBeCallableWith({ ...way, nexthops: "resilient" });
  expectTypeOf(route).toBeCallableWith({ ...way, nexthops: { type: "group", id: 4000 } });
  expectTypeOf(route).toBeCallableWith({
    ...way,
    nexthops: { type: "resilient", id: 4000, buckets: 64, idleTimer: 60, unbalancedTimer: 0 },
  });
});

it("keeps plain text out of shell text", () => {
  expectTypeOf(sh`true`).toEqualTypeOf<Sh>();
  expectTypeOf("true").not.toExtend<Sh>();
});
