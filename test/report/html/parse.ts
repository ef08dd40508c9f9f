/** An element of a page, with what is in it. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Element | string)[];
}

/** An element that is being read. */
interface Open extends Element {
  readonly children: (Element | string)[];
}

const VOID = ["meta", "input", "br", "hr", "link", "img"];
const RAW = ["script", "style"];
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/**
 * Reads HTML of the strict kind that the report writes: every element is closed, every attribute is quoted, and there is no comment. Anything else
 * is an error, so that markup which slipped in shows.
 */
export function parse(text: string): Element {
  const root: Open = { name: "", attributes: new Map(), children: [] };
  const open = [root];
  let at = 0;
  while (at < text.length) {
    const top = open.at(-1) ?? root;
    const next = text.indexOf("<", at);
    const end = next < 0 ? text.length : next;
    if (end > at) top.children.push(decoded(text.slice(at, end)));
    if (next < 0) break;
    const tag = /^<(?:!DOCTYPE html|(\/)?([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)(\/)?)>/.exec(
      text.slice(next),
    );
    if (tag === null) throw new Error(`no tag at ${next}: ${text.slice(next, next + 60)}`);
    at = next + tag[0].length;
    const [, closing, name, list = "", self] = tag;
    if (name === undefined) continue;
    if (closing !== undefined) {
      if (top.name !== name) throw new Error(`</${name}> closes <${top.name}> at ${next}`);
      open.pop();
      continue;
    }
    const attributes = new Map(
      [...list.matchAll(/ ([a-zA-Z-]+)(?:="([^"]*)")?/g)].map(([, key = "", value = ""]) => [
        key,
        decoded(value),
      ]),
    );
    const element: Open = { name, attributes, children: [] };
    top.children.push(element);
    if (RAW.includes(name)) {
      const stop = text.indexOf(`</${name}`, at);
      element.children.push(text.slice(at, stop));
      at = stop;
    }
    if (self === undefined && !VOID.includes(name)) open.push(element);
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return root;
}

function decoded(text: string): string {
  return text.replace(/&([^;]*);/g, (_whole, name: string) => {
    const char = ENTITIES[name];
    if (char === undefined) throw new Error(`&${name}; is not known`);
    return char;
  });
}

/** All elements of a name below another one. */
export function all(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) =>
    typeof child === "string" ? [] : [...(child.name === name ? [child] : []), ...all(child, name)],
  );
}

/** The text in an element. */
export function textOf(element: Element | string): string {
  return typeof element === "string" ? element : element.children.map(textOf).join("");
}
