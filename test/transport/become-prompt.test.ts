import { expect, it } from "vitest";
import { questionIn } from "../../src/transport/become-prompt.js";

const MARK = "@token password:";

/** What came, whether nothing more comes, and what is asked for. */
const cases: readonly (readonly [text: string, quiet: boolean, question: string | undefined])[] = [
  ["", true, undefined],
  [MARK, false, "password"],
  [`We trust you have received the usual lecture.\n\n${MARK}`, false, "password"],
  ["Password: ", false, "password"],
  ["\rdoas (ops@client4) password: ", false, "password"],
  ["[sudo] password for ops: ", false, "password"],
  ["[sudo] Passwort für ops: ", false, "password"],
  ["Kennwort: ", false, "password"],
  ["Mot de passe : ", false, "password"],
  ["Contraseña: ", false, "password"],
  ["Senha: ", false, "password"],
  ["Wachtwoord: ", false, "password"],
  ["Heslo: ", false, "password"],
  ["Hasło: ", false, "password"],
  ["Пароль: ", false, "password"],
  ["パスワード: ", false, "password"],
  ["密码：", false, "password"],
  ["Parola: ", false, "password"],
  ["Lösenord: ", false, "password"],
  // An unknown language: asked, and nothing else came.
  ["Xyzzy: ", false, undefined],
  ["Xyzzy: ", true, "password"],
  // Text that is not finished is no question before it is quiet, and finished lines are none at all.
  ["Last login: Mon\n", true, undefined],
  ["Password: \n", true, undefined],
  ["Loading", false, undefined],
  ["Verification code: ", true, "other"],
  ["Enter a passcode or select one of the following options: ", true, "other"],
  ["Touch your key", true, "other"],
  ["New password: ", false, "new-password"],
  ["Current password: ", false, "new-password"],
  ["(current) UNIX password: ", false, "new-password"],
];

it.each(cases)("%j, quiet %s: %s", (text, quiet, question) => {
  expect(questionIn(text, MARK, quiet)).toBe(question);
});
