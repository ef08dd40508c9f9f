import { expect, it } from "vitest";
import type { Asked } from "../../src/serve/admit.js";
import { admit } from "../../src/serve/admit.js";
import { cookieOf } from "../../src/serve/token.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const known: Asked = {
  method: "GET",
  target: "/",
  host: "127.0.0.1:8520",
  cookie: undefined,
  authorization: `Bearer ${TOKEN}`,
};
const asked = (more: Partial<Asked>) => {
  const admission = admit({ ...known, ...more }, TOKEN, "surefoot_8520");
  if ("refused" in admission) return admission.refused;
  return "goTo" in admission ? `-> ${admission.goTo}` : `${admission.path} ${admission.query}`.trim();
};

it.each([
  ["127.0.0.1:8520", "/"],
  ["localhost:8520", "/"],
  ["LOCALHOST", "/"],
  // The near end of a forwarded port.
  ["localhost:9000", "/"],
  ["evil.example:8520", 421],
  ["localhost.evil.example", 421],
  ["127.0.0.1.nip.io:8520", 421],
  ["0.0.0.0:8520", 421],
  ["localhost:8520@evil.example", 421],
  ["", 421],
  [undefined, 421],
] as const)("is asked as %s", (host, wanted) => {
  expect(asked({ host })).toBe(wanted);
});

it.each(["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "get", ""])("refuses %s", (method) => {
  expect(asked({ method })).toBe(405);
});

const cookie = `surefoot_8520=${cookieOf(TOKEN)}`;
const without = { authorization: undefined };
it.each<readonly [string, Partial<Asked>, string | number]>([
  ["nothing", without, 401],
  ["the token as bearer", {}, "/"],
  ["another token as bearer", { authorization: `Bearer ${TOKEN}0` }, 401],
  ["the token by another scheme", { authorization: `Basic ${TOKEN}` }, 401],
  ["the cookie", { ...without, cookie }, "/"],
  ["the cookie among others", { ...without, cookie: `a=b; ${cookie}; c=d` }, "/"],
  ["an older cookie of the same name before it", { ...without, cookie: `surefoot_8520=x; ${cookie}` }, "/"],
  ["the cookie of another port", { ...without, cookie: cookie.replace("8520", "8521") }, 401],
  ["the token as cookie", { ...without, cookie: `surefoot_8520=${TOKEN}` }, 401],
  ["the cookie as bearer", { authorization: `Bearer ${cookieOf(TOKEN)}` }, 401],
  ["the token in the address", { ...without, target: `/?token=${TOKEN}` }, "-> /"],
  [
    "the token in the address of a page",
    { ...without, target: `/runs/a?token=${TOKEN}&since=7d` },
    "-> /runs/a?since=7d",
  ],
  ["a wrong token in the address, whatever else", { cookie, target: "/?token=no" }, 401],
  ["an empty token in the address", { ...without, target: "/?token=" }, 401],
])("lets in who has %s, or not", (_what, more, wanted) => {
  expect(asked(more)).toBe(wanted);
});

it.each(["//evil.example/", "http://evil.example/", "*", ""])("takes %s for no path", (target) => {
  expect(asked({ target })).toBe(400);
  expect(asked({ target: `${target}?token=${TOKEN}` })).toBe(400);
});
