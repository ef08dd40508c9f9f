/** What a line that waits for an answer asks for. */
export type Question = "password" | "new-password" | "other";

/** Words for a password at the end of a prompt, in the languages into which sudo, su, doas and PAM are translated most. */
const PASSWORD =
  /(passw|pass ?phrase|kennwort|mot de passe|contrase|clave|senha|palavra-passe|parola|wachtwoord|heslo|geslo|lozink|zaporka|has[łl]o|l[öo]senord|passord|adgangs|kodeord|salasana|jelsz|parool|parol[eėi]|slapta|[şs]ifre|pasahitza|contrasenya|contrasinal|пароль|пароля|лозинк|парола|κωδικ|סיסמ|كلمة|گذرواژه|รหัส|mật khẩu|sandi|密码|密碼|口令|パスワード|암호|비밀번호)/iu;

/** What is asked for besides a password: a second factor, or another password than the one that is known. */
const CODE = /(verification|one-?time|passcode|otp|token|\bpin\b|duo|factor|code)/i;
const NEW = /(new|retype|current|expired|neues|nouveau|nueva)[^\n]{0,40}pass|pass[^\n]{0,40}(again|erneut)/i;

/** How long an unfinished line stands before it is taken for a question, whatever it says, in milliseconds. */
export const QUIET_MS = 1_500;

/**
 * What an output's last line asks for, or undefined where it asks for nothing (yet).
 * @param text What came since the last answer.
 * @param mark The prompt that sudo was told to use.
 * @param quiet Whether nothing more came for {@link QUIET_MS}: an unfinished line is then a question also where its language is unknown.
 */
export function questionIn(text: string, mark: string, quiet: boolean): Question | undefined {
  if (text.includes(mark)) return "password";
  const line = (text.split(/[\r\n]+/).at(-1) ?? "").trim();
  if (line === "") return undefined;
  const asks = /[:：?？]$/.test(line);
  if (asks && NEW.test(line)) return "new-password";
  if (asks && PASSWORD.test(line)) return "password";
  if (!quiet) return undefined;
  return CODE.test(line) || !asks ? "other" : "password";
}
