import { readFileSync } from "node:fs";
import type { FactName } from "../facts/index.js";
import { suggest } from "../model/did-you-mean.js";
import type { ErrorData } from "../model/error.js";
import { SurefootErrors } from "../model/error.js";
import type { FilePlace } from "../model/place.js";
import type { Task } from "../model/resource.js";
import { notifies } from "../model/resource.js";
import type { PlaybookContext } from "./define.js";
import type { LoadedPlaybook } from "./load.js";
import { frameAt, placeOfOffset, shown } from "./load.js";
import { handlersIn } from "./shape.js";

/**
 * A playbook's handlers for one host, in their order, each named by itself.
 * @param tasks All that may notify them, whatever their tags.
 * @throws SurefootErrors `task-invalid`, with its place, for each name that is no handler's, and for a handler that notifies.
 */
export function handlersOf(
  loaded: LoadedPlaybook,
  context: PlaybookContext<Record<string, unknown>, FactName>,
  tasks: readonly Task[],
): readonly Task[] {
  const given = loaded.playbook.handlers === undefined ? {} : handlersIn(loaded.playbook.handlers(context));
  const handlers = Object.entries(given).map(
    ([handler, task]): Task => ({
      ...task,
      handler,
      id: `handler ${handler}`,
      title: task.options.name ?? handler,
    }),
  );
  const names = handlers.map(({ handler = "" }) => handler);
  const unknown = [...new Set(tasks.flatMap(notifies))].filter((name) => !names.includes(name));
  const errors = [
    ...unknown.map((name) => unknownHandler(loaded, names, name)),
    ...handlers.filter((task) => notifies(task).length > 0).map((task) => notifying(loaded, task)),
  ];
  if (errors.length > 0) throw new SurefootErrors(errors);
  return handlers;
}

function unknownHandler(loaded: LoadedPlaybook, names: readonly string[], name: string): ErrorData {
  const has = names.length === 0 ? "It has no handlers." : `It has ${names.join(", ")}.`;
  return {
    code: "task-invalid",
    message: `${loaded.playbook.name} has no handler "${name}" to notify`,
    hint: suggest(name, names, has),
    ...placed(loaded, name, /notify\s*:/),
  };
}

function notifying(loaded: LoadedPlaybook, { handler = "" }: Task): ErrorData {
  return {
    code: "task-invalid",
    message: `the handler "${handler}" notifies another one`,
    hint: "Let the tasks that notify it notify both; they run in the order in which they are defined.",
    ...placed(loaded, handler, /handlers\b/),
  };
}

/** Where a name is written behind something else, in the playbook or a file that it imports; nothing where it is put together. */
function placed(
  { files }: LoadedPlaybook,
  name: string,
  behind: RegExp,
): { readonly place?: FilePlace; readonly frame?: string } {
  for (const file of files) {
    const source = read(file);
    const from = behind.exec(source)?.index ?? -1;
    const quoted = ['"', "'", "`"].map((quote) => source.indexOf(`${quote}${name}${quote}`, from));
    const at = Math.min(...quoted.filter((index) => index >= 0));
    if (from < 0 || !Number.isFinite(at)) continue;
    const place = { file: shown(file), ...placeOfOffset(source, at) };
    const frame = frameAt(place);
    return frame === undefined ? { place } : { place, frame };
  }
  const [first] = files;
  return first === undefined ? {} : { place: { file: shown(first), line: 1, col: 1 } };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The file may be gone by now; the name alone still says enough.
    return "";
  }
}
