import type { Located } from "../located.js";
import type { Dialect, Meaning } from "../yaml-file.js";
import { jinjaOr } from "./opaque.js";

/** The implicit types of YAML 1.1 as PyYAML knows them (yaml/resolver.py of PyYAML 6.0). */
const BOOL: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  no: false,
  false: false,
  off: false,
};
const INT =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:Z|([-+]\d\d?)(?::(\d\d))?))?)?$/;

const NOT_READ = "Ansible does not read it either; remove the tag.";

/** YAML as Ansible reads it: version 1.1, with the tags that Ansible adds. */
export const ansibleYaml: Dialect = {
  scalar(text, plain, tag): Meaning {
    switch (tag) {
      case undefined:
        return plain ? plainYaml(text) : jinjaOr(text);
      case "!":
      case "tag:yaml.org,2002:str":
        return jinjaOr(text);
      case "!unsafe":
        // Its author says that it is not to be evaluated.
        return { value: text };
      case "!vault":
      case "!vault-encrypted":
        return { value: text, opaque: "vault" };
      case "tag:yaml.org,2002:int":
      case "tag:yaml.org,2002:float":
      case "tag:yaml.org,2002:bool":
      case "tag:yaml.org,2002:null":
        return plainYaml(text);
      default:
        return { problem: `the tag ${tag} is not known`, hint: NOT_READ };
    }
  },
  collection: (tag) =>
    tag === "!unsafe" || /^tag:yaml\.org,2002:(map|seq)$/.test(tag)
      ? undefined
      : { problem: `the tag ${tag} is not known here`, hint: NOT_READ },
};

/** A text that is JSON is read as JSON by Ansible, before YAML is tried. */
export const jsonText: Dialect = {
  scalar(text, plain): Meaning {
    if (!plain) return jinjaOr(text);
    if (text === "null") return { value: null };
    if (text === "true" || text === "false") return { value: text === "true" };
    return /[.eE]/.test(text) ? float(Number(text), text) : integer(BigInt(text));
  },
  collection: () => undefined,
};

/** What a scalar without quotes stands for in YAML 1.1. */
export function plainYaml(text: string): Pick<Located, "value" | "opaque"> {
  if (text === "" || /^(?:~|null|Null|NULL)$/.test(text)) return { value: null };
  const lower = text.toLowerCase();
  const bool = BOOL[lower];
  // `yEs` is a text.
  if (bool !== undefined && (text === lower || text === text.toUpperCase() || /^[A-Z][a-z]+$/.test(text)))
    return { value: bool };
  if (INT.test(text)) return intOf(text.replaceAll("_", ""));
  if (FLOAT.test(text)) return floatOf(text.replaceAll("_", "").toLowerCase(), text);
  return TIME.test(text) && !/^\d+-(?:\d-\d+|\d+-\d)$/.test(text) ? { value: isoTime(text) } : jinjaOr(text);
}

/** A whole number; one that a double can't keep stays a text. */
export function integer(value: bigint): Pick<Located, "value" | "opaque"> {
  const number = Number(value);
  return Number.isSafeInteger(number) ? { value: number } : { value: String(value), opaque: "number" };
}

/** A number with a fraction or exponent; infinite ones stay texts, since JSON has none. */
export function float(value: number, text: string): Pick<Located, "value" | "opaque"> {
  return Number.isFinite(value) ? { value } : { value: text, opaque: "number" };
}

function intOf(text: string): Pick<Located, "value" | "opaque"> {
  const negative = text.startsWith("-");
  const digits = text.replace(/^[-+]/, "");
  const of = (): bigint => {
    if (digits.includes(":")) return digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
    if (/^0[0-7]/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
    return BigInt(/^0[bx]$/.test(digits) ? 0 : digits);
  };
  const value = of();
  return integer(negative ? -value : value);
}

function floatOf(text: string, source: string): Pick<Located, "value" | "opaque"> {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[-+]/, "");
  if (/inf|nan/.test(digits)) return { value: source, opaque: "number" };
  // Python writes 1.5 of the base 60: minutes and seconds.
  const value = digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return float(sign * value, source);
}

/** A date or time as Python writes it (datetime.isoformat), which is what Ansible makes of it. */
function isoTime(text: string): string {
  const [, year = "", month = "", day = "", hour, minute = "", second = "", fraction = "", zone, zoneMinute] =
    TIME.exec(text) ?? [];
  const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (hour === undefined) return date;
  const micro = fraction.slice(0, 6).padEnd(6, "0");
  const offset = /Z$/.test(text)
    ? "+00:00"
    : zone === undefined
      ? ""
      : `${zone.charAt(0)}${zone.slice(1).padStart(2, "0")}:${zoneMinute ?? "00"}`;
  return `${date}T${hour.padStart(2, "0")}:${minute}:${second}${Number(micro) === 0 ? "" : `.${micro}`}${offset}`;
}
