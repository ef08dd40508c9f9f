import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { SurefootError } from "../../src/model/error.js";
import type { Target } from "../../src/model/target.js";
import { sshTransport } from "../../src/transport/ssh.js";
import type { Fate, Spent, Turn } from "../../src/transport/trials.js";
import { PasswordTrials } from "../../src/transport/trials.js";
import { newKey } from "../support/keys.js";
import { localTarget } from "../support/target.js";

afterEach(() => {
  vi.useRealTimers();
});

/** Hosts that enter one after the other; each one's turn, or where the password was refused, as it comes. */
function entering(trials: PasswordTrials, hosts: readonly string[]): Map<string, Turn | Spent> {
  const came = new Map<string, Turn | Spent>();
  for (const host of hosts)
    void trials.enter("sudo ops", "secret", host).then((turn) => came.set(host, turn));
  return came;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function end(came: Map<string, Turn | Spent>, host: string, fate: Fate): Promise<void> {
  const turn = came.get(host);
  if (turn === undefined || "refusedBy" in turn) throw new Error(`it is not the turn of ${host}`);
  turn.end(fate);
  await settled();
}

const HOSTS = ["a", "b", "c", "d", "e", "f"];

it("has all wait for the first, and then for nobody", async () => {
  const came = entering(new PasswordTrials(), HOSTS);
  await settled();
  expect([...came.keys()]).toEqual(["a"]);
  await end(came, "a", "taken");
  expect([...came.keys()]).toEqual(HOSTS);
  // One that refuses now is another matter: its own password.
  await end(came, "b", "refused");
  await end(came, "c", "refused");
  await end(came, "d", "taken");
});

it("tries a password that two hosts refused on no other one", async () => {
  const trials = new PasswordTrials();
  const came = entering(trials, HOSTS);
  await settled();
  await end(came, "a", "refused");
  expect([...came.keys()]).toEqual(["a", "b"]);
  await end(came, "b", "refused");
  for (const host of ["c", "d", "e", "f"]) expect(came.get(host)).toEqual({ refusedBy: ["a", "b"] });
  expect(await trials.enter("sudo ops", "secret", "g")).toEqual({ refusedBy: ["a", "b"] });
  expect(await trials.enter("sudo ops", "another", "g")).toHaveProperty("end");
  expect(await trials.enter("sudo root", "secret", "g")).toHaveProperty("end");
});

it("goes on after one refusal, and forgets it once a host took the password", async () => {
  const came = entering(new PasswordTrials(), HOSTS);
  await settled();
  await end(came, "a", "refused");
  await end(came, "b", "taken");
  expect([...came.keys()]).toEqual(HOSTS);
});

it("keeps nobody waiting where hosts don't ask", async () => {
  const came = entering(new PasswordTrials(), HOSTS);
  await settled();
  for (const host of ["a", "b", "c"]) await end(came, host, "unasked");
  expect([...came.keys()]).toEqual(HOSTS);
});

it("lets no host keep the others waiting for long, and still counts what it says at last", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const came = entering(new PasswordTrials(), HOSTS);
  await settled();
  vi.advanceTimersByTime(10_000);
  await settled();
  expect([...came.keys()]).toEqual(["a", "b"]);
  await end(came, "a", "refused");
  await end(came, "b", "refused");
  expect(came.get("f")).toEqual({ refusedBy: ["a", "b"] });
});

/** A server that counts the passwords it is offered, each host by its own name for it, and takes one of them. */
const hostKey = newKey();
const offered: string[] = [];
const server = new ssh2.Server({ hostKeys: [hostKey.private] }, (client) => {
  client.on("error", () => undefined);
  client.on("authentication", (auth) => {
    if (auth.method !== "password") return auth.reject(["password"]);
    offered.push(auth.password);
    if (auth.password === "right") auth.accept();
    else auth.reject(["password"]);
  });
});
let target: (host: string, password: string) => Target;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const known = join(mkdtempSync(join(tmpdir(), "surefoot-trials-")), "known_hosts");
  writeFileSync(known, `[127.0.0.1]:${port} ${hostKey.public}\n`);
  const where = { address: "127.0.0.1", port, knownHostsFiles: [known], identityAgent: "none" };
  target = (host, value) => localTarget(host, { ...where, password: { value } });
});
afterAll(() => {
  server.close();
});

it("holds for logins, too: a wrong password is offered twice, a right one to all", async () => {
  const logIn = (host: string, password: string): Promise<unknown> =>
    sshTransport()
      .connect(target(host, password))
      .then(
        async (connection) => {
          await connection.close();
          return "in";
        },
        (thrown: unknown) => (thrown instanceof SurefootError ? thrown.data : thrown),
      );
  const wrong = await Promise.all(HOSTS.map((host) => logIn(host, "wrong")));
  expect(offered).toEqual(["wrong", "wrong"]);
  for (const data of wrong) expect(data).toMatchObject({ code: "auth-failed" });
  const untried = wrong.filter((data) => JSON.stringify(data).includes("was not tried here"));
  expect(untried).toHaveLength(HOSTS.length - 2);
  expect(await Promise.all(HOSTS.map((host) => logIn(host, "right")))).toEqual(HOSTS.map(() => "in"));
});
