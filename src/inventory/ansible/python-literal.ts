import type { FilePlace } from "../../model/place.js";
import type { Located } from "../located.js";
import { jinjaOr } from "./opaque.js";
import { pythonText } from "./python-text.js";
import { float, integer } from "./yaml-dialect.js";

/** Python refuses more brackets within each other (tokenizer.h: MAXLEVEL). */
const MAX_DEPTH = 200;

const SPACE = /[ \t\f]*/y;
const NUMBER =
  /(0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)|((?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][+-]?\d(?:_?\d)*)|\d(?:_?\d)*\.)|([1-9](?:_?\d)*|0(?:_?0)*)/y;
const NAMES: Readonly<Record<string, true | false | null>> = { True: true, False: false, None: null };

/** A part of an expression: its value, and what Python's own rules ask of it. */
interface Part {
  readonly kind: "number" | "text" | "bytes" | "complex" | "other";
  readonly value: Located["value"];
  readonly opaque?: Located["opaque"];
  /** Whether it has a sign already. */
  readonly signed?: true;
}

/**
 * What a value of an INI inventory stands for: Ansible reads it as a literal of Python, and takes it as the text that it is where
 * it is none. Tuples are lists; sets, complex numbers and bytes within others have no counterpart.
 */
export function pythonValue(text: string, place: FilePlace): Located {
  const part = new LiteralReader(text, place).read();
  if (part === undefined) return { place, ...jinjaOr(text) };
  if (part.kind === "bytes" && typeof part.value === "string") return { place, ...jinjaOr(part.value) };
  if (part.kind === "complex" || part.opaque === "python") return { place, value: text, opaque: "python" };
  return located(part, place);
}

function located({ value, opaque }: Part, place: FilePlace): Located {
  return { place, value, ...(opaque === undefined ? {} : { opaque }) };
}

const PYTHON_ONLY: Part = { kind: "other", value: null, opaque: "python" };

class LiteralReader {
  readonly #text: string;
  readonly #place: FilePlace;
  #at = 0;
  #depth = 0;

  constructor(text: string, place: FilePlace) {
    this.#text = text;
    this.#place = place;
  }

  /** The value of the whole text; undefined where it is no literal. */
  read(): Part | undefined {
    if (this.#text.includes("\0")) return undefined;
    const part = this.#tuple();
    const rest = this.#text.slice(this.#at);
    return part !== undefined && (rest === "" || rest.startsWith("#")) ? part : undefined;
  }

  /** One element, or several with commas between or after them. */
  #tuple(): Part | undefined {
    const first = this.#element();
    if (first === undefined || !this.#take(",")) return first;
    const parts = [first];
    while (!/^(?:[)#]|$)/.test(this.#text.slice(this.#at, this.#at + 1))) {
      const part = this.#element();
      if (part === undefined) return undefined;
      parts.push(part);
      if (!this.#take(",")) break;
    }
    return this.#list(parts);
  }

  #list(parts: readonly Part[]): Part {
    if (parts.some(hidden)) return PYTHON_ONLY;
    return { kind: "other", value: parts.map((part) => located(part, this.#place)) };
  }

  /** A literal; `1+2j` is one too. */
  #element(): Part | undefined {
    const left = this.#signed();
    if (left === undefined || !/[+-]/.test(this.#text.charAt(this.#at))) return left;
    if (left.kind !== "number" && left.kind !== "complex") return undefined;
    this.#at += 1;
    const right = this.#atom();
    return right?.kind === "complex" && right.signed === undefined && left.kind === "number"
      ? { ...right, signed: true }
      : undefined;
  }

  #signed(): Part | undefined {
    this.#space();
    const sign = this.#text.charAt(this.#at);
    if (sign !== "-" && sign !== "+") return this.#atom();
    this.#at += 1;
    const part = this.#atom();
    if (part === undefined || part.signed === true) return undefined;
    if (part.kind === "complex") return { ...part, signed: true };
    if (part.kind !== "number") return undefined;
    if (sign === "+") return { ...part, signed: true };
    const value = typeof part.value === "number" ? -part.value : `-${String(part.value)}`;
    // Python's integers have no -0.
    return { ...part, value: Object.is(value, -0) ? 0 : value, signed: true };
  }

  #atom(): Part | undefined {
    this.#space();
    const char = this.#text.charAt(this.#at);
    if (/[([{]/.test(char)) {
      if (++this.#depth > MAX_DEPTH) return undefined;
      this.#at += 1;
      this.#space();
      const part = char === "(" ? this.#parenthesis() : char === "[" ? this.#brackets("]") : this.#braces();
      this.#depth--;
      return part;
    }
    const part = /[\d.]/.test(char) ? this.#number() : (this.#texts() ?? this.#name());
    this.#space();
    return part;
  }

  #parenthesis(): Part | undefined {
    if (this.#take(")")) return { kind: "other", value: [] };
    const part = this.#tuple();
    return this.#take(")") ? part : undefined;
  }

  #brackets(end: string): Part | undefined {
    const parts: Part[] = [];
    while (!this.#take(end)) {
      const part = this.#element();
      if (part === undefined) return undefined;
      parts.push(part);
      if (!this.#take(",")) return this.#take(end) ? this.#list(parts) : undefined;
    }
    return this.#list(parts);
  }

  /** A mapping; a set is Python's own. */
  #braces(): Part | undefined {
    const map = new Map<string, Located>();
    let only = false;
    for (let n = 0; !this.#take("}"); n++) {
      const key = this.#element();
      if (key === undefined) return undefined;
      if (n === 0 && this.#text.charAt(this.#at) !== ":") return this.#set();
      if (!this.#take(":")) return undefined;
      const value = this.#element();
      if (value === undefined) return undefined;
      if (hidden(value) || hidden(key) || (typeof key.value === "object" && key.value !== null)) only = true;
      else map.set(String(key.value), { ...located(value, this.#place), key: this.#place });
      if (!this.#take(",")) {
        if (!this.#take("}")) return undefined;
        break;
      }
    }
    return only ? PYTHON_ONLY : { kind: "other", value: map };
  }

  #set(): Part | undefined {
    if (this.#take("}")) return PYTHON_ONLY;
    return this.#take(",") && this.#brackets("}") !== undefined ? PYTHON_ONLY : undefined;
  }

  #number(): Part | undefined {
    NUMBER.lastIndex = this.#at;
    const [text, based, fraction] = NUMBER.exec(this.#text) ?? [];
    if (text === undefined) return this.#ellipsis();
    this.#at += text.length;
    const imaginary = based === undefined && /[jJ]/.test(this.#text.charAt(this.#at));
    if (imaginary) this.#at += 1;
    if (/[\p{L}\p{N}_.]/u.test(this.#text.charAt(this.#at))) return undefined;
    if (imaginary) return { kind: "complex", value: null, opaque: "python" };
    const digits = text.replaceAll("_", "");
    const number = fraction === undefined ? integer(BigInt(digits)) : float(Number(digits), text);
    return { kind: "number", ...number };
  }

  #ellipsis(): Part | undefined {
    if (!this.#text.startsWith("...", this.#at)) return undefined;
    this.#at += 3;
    return PYTHON_ONLY;
  }

  /** Texts that stand beside each other are one. */
  #texts(): Part | undefined {
    const first = pythonText(this.#text, this.#at);
    if (first === undefined) return undefined;
    let whole = "";
    for (
      let next: typeof first | undefined = first;
      next !== undefined;
      next = pythonText(this.#text, this.#at)
    ) {
      if (next.kind !== first.kind) return undefined;
      whole += next.value;
      this.#at = next.end;
      this.#space();
    }
    return first.kind === "bytes" ? { kind: "bytes", value: whole } : { kind: "text", ...jinjaOr(whole) };
  }

  #name(): Part | undefined {
    const call = /^set[ \t\f]*\([ \t\f]*\)/.exec(this.#text.slice(this.#at))?.[0];
    if (call !== undefined) {
      this.#at += call.length;
      return PYTHON_ONLY;
    }
    const [name = ""] = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(this.#text.slice(this.#at, this.#at + 6)) ?? [];
    const value = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (value === undefined) return undefined;
    this.#at += name.length;
    return { kind: "other", value };
  }

  #space(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #take(char: string): boolean {
    this.#space();
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at += 1;
    this.#space();
    return true;
  }
}

/** Whether a part can't stand within a list or mapping. */
function hidden({ kind, opaque }: Part): boolean {
  return kind === "bytes" || opaque === "python";
}
