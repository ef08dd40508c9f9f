import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSecretName, maskSecrets } from "../../src/inventory/mask.js";

const cases: readonly (readonly [text: string, masked: string])[] = [
  ["a: 1", "a: 1"],
  ["password: x", "password: (secret)"],
  ["  db_password:   x y", "  db_password:   (secret)"],
  ['"password": x', '"password": (secret)'],
  ["become: { user: u, password: x }", "become: { user: u, password: (secret)"],
  ["password=x", "password=(secret)"],
  [
    "passwrod: x\npwd: y\npasswd: z\npassphrase: q",
    "passwrod: (secret)\npwd: (secret)\npasswd: (secret)\npassphrase: (secret)",
  ],
  ["password: |\n  x\n\n  y\nb: 2", "password: (secret)\n  (secret)\n\n  (secret)\nb: 2"],
  ["password:\n  x\nb: 2", "password:\n  (secret)\nb: 2"],
  ["path: /x\nip_forward: 1\nport: 22", "path: /x\nip_forward: 1\nport: 22"],
];

describe("maskSecrets", () => {
  it.each(cases)("%j", (text, masked) => expect(maskSecrets(text)).toBe(masked));

  it("keeps the number of lines, and every column before a secret", () => {
    const piece = fc.constantFrom("password", ": ", "\n", "  ", "x", "{", "}", "a", "=", "|", "-");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const lines = pieces.join("").split("\n");
        const masked = maskSecrets(lines.join("\n")).split("\n");
        expect(masked).toHaveLength(lines.length);
        masked.forEach((line, i) => {
          const kept = line.replace("(secret)", "");
          expect(lines[i]?.startsWith(kept)).toBe(true);
        });
      }),
    );
  });

  it("takes no time for a long word", () => {
    expect(maskSecrets(`k: ${"a".repeat(200_000)}`)).toHaveLength(200_003);
  });
});

describe("isSecretName", () => {
  it.each(["password", "become_password", "db-password", "Passphrase", "passwd"])("%s", (name) =>
    expect(isSecretName(name)).toBe(true),
  );
  it.each(["passwords_allowed", "pass", "bypass", "password_file", ""])("not %j", (name) =>
    expect(isSecretName(name)).toBe(false),
  );
});
