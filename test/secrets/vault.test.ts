import { describe, expect, it } from "vitest";
import { decryptVault, isVault } from "../../src/inventory/vault.js";
import { vaultId } from "../../src/secrets/vault.js";

/** Written by ansible-vault 2.14 with the password `pw`; the second has the vault id `dev`. */
const PLAIN = [
  "$ANSIBLE_VAULT;1.1;AES256",
  "66303236303166336561666135653538616430313236306533313264346334336235393061633637",
  "6236356461613661313635613566623663326363666134620a396662666663313632303231656431",
  "34613062313731373064353030616436353138393665343433353039313763633138383839323132",
  "3331323162373734340a323835623563303734643833346337643833633632363136613938623462",
  "66326331323565323033333862346337363966396635366263656239353534323962",
].join("\n");
const WITH_ID = [
  "$ANSIBLE_VAULT;1.2;AES256;dev",
  "38383964353032313266623361346365356636396563653730383263356432646562363238363538",
  "6439333262313866386431356537386432616662646239630a393336623633316661386335356565",
  "38633830666239316132386531393934306330383236363662663861383334313962623734346136",
  "3865343937623566300a663463366565393332666563303862303865393435396433383030346535",
  "34323131326435623839666537643534396236626163306633316163336534383163",
].join("\n");
const TEXT = "the canary ünd more";

const cases: readonly (readonly [name: string, text: string, password: string, opened: object])[] = [
  ["format 1.1", PLAIN, "pw", { text: TEXT }],
  ["format 1.2 with an id", WITH_ID, "pw", { text: TEXT }],
  ["spaces around, as in a !vault value", `  ${PLAIN.replaceAll("\n", "\n    ")}\n`, "pw", { text: TEXT }],
  ["lines that end in CR LF", PLAIN.replaceAll("\n", "\r\n"), "pw", { text: TEXT }],
  ["another password", PLAIN, "wp", { problem: "wrong-password" }],
  ["a changed byte", PLAIN.replace(/62$/, "63"), "pw", { problem: "wrong-password" }],
  ["a lost line", PLAIN.split("\n").slice(0, 3).join("\n"), "pw", { problem: "damaged" }],
  ["letters that are no hex", `${PLAIN.slice(0, -2)}zz`, "pw", { problem: "damaged" }],
  ["format 1.0", PLAIN.replace("1.1", "1.0"), "pw", { problem: "unsupported" }],
  ["something else", "a: 1", "pw", { problem: "no-vault" }],
];

describe("decryptVault", () => {
  it.each(cases)("%s", (_name, text, password, opened) => {
    expect(decryptVault(text, password)).toEqual(opened);
  });
  it("tells what it is, and its id", () => {
    expect([isVault(PLAIN), isVault("a: 1")]).toEqual([true, false]);
    expect([vaultId(PLAIN), vaultId(WITH_ID)]).toEqual([undefined, "dev"]);
  });
});
