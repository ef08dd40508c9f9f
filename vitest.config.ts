import { defineConfig } from "vitest/config";

/**
 * Three projects: `unit` needs nothing but Node and a POSIX shell; `browser` opens pages in Chromium; `lab` runs the real command on real hosts, as
 * root.
 */
export default defineConfig({
  resolve: { alias: { surefoot: new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/lab/**", "test/browser/**"],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          globalSetup: ["test/lab/global-setup.ts"],
          setupFiles: ["test/lab/setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
