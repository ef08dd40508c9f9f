import { expect, it } from "vitest";
import { didYouMean } from "../../src/model/did-you-mean.js";

it.each([
  ["gatways", "gateways"],
  ["gatewyas", "gateways"],
  ["Gateways", "gateways"],
  ["hash_polcy", "hash_policy"],
  ["interface", undefined],
  ["xyz", undefined],
  ["", undefined],
])("takes %j for %j", (name, meant) => {
  expect(didYouMean(name, ["gateways", "hash_policy", "rp_filter"])).toBe(meant);
});
