import { homedir } from "node:os";
import { expect, it } from "vitest";
import { cacheFolder } from "../../src/model/cache.js";

it.each([
  [{ XDG_CACHE_HOME: "/var/cache/ops" }, "/var/cache/ops/surefoot/playbooks"],
  [{ XDG_CACHE_HOME: "" }, `${homedir()}/.cache/surefoot/playbooks`],
  [{}, `${homedir()}/.cache/surefoot/playbooks`],
])("lies where the environment %j says", (env, folder) => {
  expect(cacheFolder("playbooks", env)).toBe(folder);
});
