import { readFileSync } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createJiti } from "jiti";
import { cacheFolder } from "../model/cache.js";
import type { ErrorCode, ErrorData } from "../model/error.js";
import { SurefootError, SurefootErrors } from "../model/error.js";
import type { FilePlace } from "../model/place.js";
import { codeFrame } from "../model/place.js";
import { TaskParamsError } from "../model/resource.js";
import { setTemplateBase } from "../resources/content/render.js";
import { providedApi } from "./api.js";
import type { Playbook } from "./define.js";
import { isPlaybook } from "./define.js";
import { rolloutMistakes } from "./rollout.js";
import type { Mistake } from "./shape.js";
import { shapeMistakes, WrongList } from "./shape.js";

/** A playbook with the file that it came from. */
export interface LoadedPlaybook {
  readonly playbook: Playbook;
  /** Absolute path. */
  readonly file: string;
  /** Absolute paths of it and of the files that it imports, packages left out. */
  readonly files: readonly string[];
}

/**
 * Loads a playbook written in TypeScript or JavaScript. Types are stripped, not checked: `tsc` does that.
 * @throws SurefootError `playbook-missing`, `playbook-syntax`, `playbook-threw` or `playbook-invalid`, with its place.
 */
export async function loadPlaybook(path: string): Promise<LoadedPlaybook> {
  const file = resolve(path);
  try {
    await access(file);
  } catch (cause) {
    const message = `there is no playbook ${path}`;
    const hint = "Name a TypeScript file, for example playbooks/ecmp.ts.";
    throw new SurefootError({ code: "playbook-missing", message, hint }, { cause });
  }
  setTemplateBase(dirname(file));
  const jiti = createJiti(file, {
    virtualModules: { surefoot: providedApi() },
    // So that a second run does not compile it again.
    fsCache: cacheFolder("playbooks"),
    interopDefault: true,
  });
  let loaded: unknown;
  try {
    loaded = await jiti.import(file, { default: true });
  } catch (thrown) {
    throw await loadError(thrown, file);
  }
  if (!isPlaybook(loaded)) {
    throw new SurefootError({
      code: "playbook-invalid",
      message: `${path} does not export a playbook by default`,
      place: { file: shown(file), line: 1, col: 1 },
      hint: 'Write `export default playbook({ ... })`, with `import { playbook } from "surefoot"`.',
    });
  }
  const mistakes = [
    ...shapeMistakes(loaded).map((mistake) => mistakeError(mistake, file)),
    ...rolloutMistakes(loaded.rollout).map((message) => rolloutError(message, file)),
  ];
  if (mistakes.length > 0) throw new SurefootErrors(mistakes);
  const files = Object.keys(jiti.cache).filter((path) => !path.includes("/node_modules/") && !isOwn(path));
  return { playbook: loaded, file, files: [...new Set([file, ...files])].sort() };
}

/** Whether a file is part of this program. */
function isOwn(path: string): boolean {
  return path.startsWith(fileURLToPath(new URL("../", import.meta.url)));
}

/** The error for a mistake in a playbook's rollout, at the line where its last key stands. */
function rolloutError(message: string, file: string): ErrorData {
  const keys = message.split(":")[0]?.split(".") ?? [];
  return {
    code: "playbook-invalid",
    message,
    hint: "See docs/rollout.md for its form.",
    ...keysAt(file, keys),
  };
}

/** The error for what is wrong at one of a playbook's keys. */
function mistakeError({ key, message, hint }: Mistake, file: string): ErrorData {
  return { code: "playbook-invalid", message, hint, ...keysAt(file, key === undefined ? [] : [key]) };
}

function keysAt(file: string, keys: readonly string[]): Required<Pick<ErrorData, "place" | "frame">> {
  const source = readFileSync(file, "utf8");
  const place = { file: shown(file), ...placeOfKeys(source, keys) };
  return { place, frame: codeFrame(source, place) };
}

/** Where keys stand, each behind the one before and as far as they are found: in the default export. */
function placeOfKeys(
  source: string,
  keys: readonly string[],
): { readonly line: number; readonly col: number } {
  let at = Math.max(0, source.search(/\bexport\s+default\b/));
  for (const key of keys) {
    const found = new RegExp(`\\b${key}\\b\\s*[:(,}]`).exec(source.slice(at));
    if (found !== null && !/^\d+$/.test(key)) at += found.index;
  }
  return placeOfOffset(source, at);
}

/** Line and column, from 1, of an offset in a text. */
export function placeOfOffset(source: string, at: number): { readonly line: number; readonly col: number } {
  const before = source.slice(0, at).split("\n");
  return { line: before.length, col: (before.at(-1)?.length ?? 0) + 1 };
}

/** A path as people write it: relative to the working directory where it lies below it. */
export function shown(file: string): string {
  const short = relative(process.cwd(), file);
  return short.startsWith("..") ? file : short;
}

async function loadError(thrown: unknown, file: string): Promise<Error> {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const syntax = /^ParseError: ([\s\S]*?)\s+(\S+):(\d+):(\d+)\s*$/.exec(message);
  if (syntax === null) return playbookError(thrown, file);
  const [, what = "", where = file, line = "1", col = "1"] = syntax;
  // jiti counts columns from 0.
  const place = { file: shown(where), line: Number(line), col: Number(col) + 1 };
  const source = await readFile(where, "utf8").catch(() => "");
  return new SurefootError({
    code: "playbook-syntax",
    message: what.trim() === "" ? "syntax error" : what.trim(),
    place,
    frame: codeFrame(source, place),
    hint: "Correct the TypeScript at that place; `npx tsc --noEmit` shows more.",
  });
}

/**
 * Turns what a playbook threw into an error with the place in the playbook from which it came: the innermost stack frame
 * that lies in the playbook's own folder tree.
 */
export function playbookError(thrown: unknown, file: string): Error {
  if (thrown instanceof SurefootErrors) return thrown;
  const place = placeInStack(thrown, file);
  const frame = place === undefined ? undefined : frameAt(place);
  const located = {
    ...(place === undefined ? {} : { place: { ...place, file: shown(place.file) } }),
    ...(frame === undefined ? {} : { frame }),
  };
  if (thrown instanceof SurefootError) {
    return thrown.data.place === undefined
      ? new SurefootError({ ...located, ...thrown.data }, { cause: thrown })
      : thrown;
  }
  if (thrown instanceof WrongList) {
    return new SurefootError(mistakeError(thrown.mistake, file), { cause: thrown });
  }
  if (thrown instanceof TaskParamsError) {
    const hint = `See the parameters of ${thrown.kind}(); an editor shows them while you type.`;
    return new SurefootErrors(
      thrown.issues.map((issue) => ({
        code: "task-invalid",
        message: `${thrown.kind}: ${issue.path === "" ? "" : `${issue.path}: `}${issue.message}`,
        hint,
        ...located,
      })),
    );
  }
  const code: ErrorCode = "playbook-threw";
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new SurefootError(
    {
      code,
      message: message.split("\n")[0] ?? message,
      hint: "The playbook's own code failed there.",
      ...located,
    },
    { cause: thrown },
  );
}

function placeInStack(thrown: unknown, file: string): FilePlace | undefined {
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  const folder = dirname(file);
  for (const line of stack.split("\n")) {
    const match = /(?:\(|at |file:\/\/)(\/[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    const [, where, row, col] = match ?? [];
    if (where === undefined || where.includes("/node_modules/")) continue;
    if (where === file || where.startsWith(`${folder}/`))
      return { file: where, line: Number(row), col: Number(col) };
  }
  return undefined;
}

/**
 * The lines around a place, or undefined where its file can't be read or is encrypted.
 * @param show What of the file's text may be shown.
 */
export function frameAt(place: FilePlace, show = (text: string): string => text): string | undefined {
  try {
    const text = readFileSync(place.file, "utf8");
    return /^(\$ANSIBLE_VAULT|-----BEGIN AGE)/.test(text) ? undefined : codeFrame(show(text), place);
  } catch {
    // The file may be gone by now; the place alone still says enough.
    return undefined;
  }
}
