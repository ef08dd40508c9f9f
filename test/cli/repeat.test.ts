import { expect, it } from "vitest";
import { repeatable } from "../../src/cli/repeat.js";

it("keeps what makes a command mean something else, and no secret", () => {
  const flags = {
    limit: "web*",
    tags: ["a", "b"],
    extraVar: ["x=1", "@vars.yml", "db_password=hunter2"],
    vaultPasswordFile: ["pw"],
    askBecomePass: true,
    waves: "1,50%",
    budget: "2",
    state: "/srv/st",
    forks: 5,
  } as const;
  expect(repeatable(flags)).toEqual({
    limit: "web*",
    flags: [
      ...["--tags", "a,b", "-e", "x=1", "-e", "@vars.yml", "-e", "db_password=(secret)"],
      ...["--vault-password-file", "pw", "-K", "--waves", "1,50%", "--budget", "2", "--state", "/srv/st"],
    ],
  });
  expect(repeatable({ forks: 5, state: ".surefoot" })).toEqual({});
});
