import { isIPv6 } from "node:net";
import { suggest } from "../../model/did-you-mean.js";
import type { ErrorData } from "../../model/error.js";
import type { FilePlace } from "../../model/place.js";
import { quote } from "../../model/sh.js";
import type { PasswordSource } from "../../model/target.js";
import { BECOME_METHODS } from "../../model/target.js";
import type { Complaints } from "../complaints.js";
import type { Located } from "../located.js";
import type { Way } from "../target.js";
import { opaqueProblem } from "./opaque.js";
import type { SshArgs } from "./ssh-args.js";
import { absolutePath, readSshArgs } from "./ssh-args.js";

/** How a host is reached, as its variables say. */
export interface AnsibleWay {
  readonly way: Way;
  /** Whether it is this machine itself. */
  readonly local: boolean;
  /** What can't be done so: errors where the host is used. */
  readonly problems: readonly ErrorData[];
}

/** Of these names the last that is given holds, as in Ansible's connection and become plugins. */
const NAMES = {
  address: ["ansible_host", "ansible_ssh_host"],
  port: ["ansible_port", "ansible_ssh_port"],
  user: ["ansible_user", "ansible_ssh_user"],
  key: ["ansible_private_key_file", "ansible_ssh_private_key_file"],
  password: ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"],
  timeout: ["ansible_timeout", "ansible_ssh_timeout"],
  connection: ["ansible_connection"],
  sshArgs: ["ansible_ssh_args"],
  commonArgs: ["ansible_ssh_common_args"],
  extraArgs: ["ansible_ssh_extra_args"],
  become: ["ansible_become"],
  becomeUser: ["ansible_become_user", "ansible_sudo_user"],
  becomeMethod: ["ansible_become_method"],
  becomePassword: ["ansible_become_password", "ansible_become_pass", "ansible_sudo_pass"],
} as const;

/** Variables that change how Ansible connects and that have no counterpart, with what holds instead. */
const NOT_FOLLOWED: Readonly<Record<string, string>> = {
  ansible_host_key_checking: "host keys are always checked",
  ansible_ssh_host_key_checking: "host keys are always checked",
  ansible_ssh_executable: "no ssh program is run",
  ansible_become_exe: "sudo is found by its name",
  ansible_sudo_exe: "sudo is found by its name",
  ansible_become_flags: "sudo gets no other flags",
  ansible_sudo_flags: "sudo gets no other flags",
};

/** All variables that say how a host is reached. */
export const CONNECTION_VARIABLES: ReadonlySet<string> = new Set([
  ...Object.values(NAMES).flat(),
  ...Object.keys(NOT_FOLLOWED),
]);

const SSH = /^(?:ansible\.builtin\.)?(?:smart|ssh|paramiko|paramiko_ssh)$/;
const LOCAL = /^(?:ansible\.builtin\.)?local$/;
const BECOME = /^(?:ansible\.builtin\.|community\.general\.)?(sudo|doas|su)$/;
const WORD = /^(?!-)[^\s\p{Cc}]+$/u;
/** One hop of -J: user, host or address in brackets, port. */
const HOP = /^(?:ssh:\/\/)?(?:[\w.][\w.-]*@)?(?:[\w.][\w.-]*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** What the mapping needs to know besides a host's variables. */
export interface Surroundings {
  readonly complaints: Complaints;
  /** Names of the inventory's hosts: a jump host that is one of them is reached as the inventory says. */
  readonly hosts: ReadonlyMap<string, unknown>;
}

/**
 * Maps the variables of Ansible that say how a host is reached onto ours: `ssh` and `become` of docs/inventory.md. What has no
 * counterpart is a warning; what can't be read, or can't be done, is a problem of the host.
 */
export function ansibleWay(
  host: string,
  get: (name: string) => Located | undefined,
  surroundings: Surroundings,
): AnsibleWay {
  return new WayReader(host, get, surroundings).read();
}

class WayReader {
  readonly #host: string;
  readonly #get: (name: string) => Located | undefined;
  readonly #complaints: Complaints;
  readonly #hosts: Surroundings["hosts"];
  readonly #problems: ErrorData[] = [];

  constructor(host: string, get: (name: string) => Located | undefined, { complaints, hosts }: Surroundings) {
    this.#host = host;
    this.#get = get;
    this.#complaints = complaints;
    this.#hosts = hosts;
  }

  read(): AnsibleWay {
    const connection = this.#text("connection") ?? "ssh";
    const local = LOCAL.test(connection);
    if (!local && !SSH.test(connection)) {
      this.#problem(
        "connection",
        `is ${connection}, which is not supported`,
        "Hosts are reached by ssh or local.",
      );
    }
    for (const [name, why] of Object.entries(NOT_FOLLOWED)) this.#notFollowed(name, why);
    return { way: { ssh: this.#ssh(), become: this.#become() }, local, problems: this.#problems };
  }

  #notFollowed(name: string, why: string): void {
    const found = this.#get(name);
    if (found === undefined || found.value === null) return;
    const hint = "See docs/ansible-inventories.md for what is read.";
    const place = found.key ?? found.place;
    this.#complaints.warn("ansible-unsupported", `${name} is not followed: ${why}`, place, hint);
  }

  #ssh(): Way["ssh"] {
    const first = this.#args(["sshArgs"]);
    const last = this.#args(["commonArgs", "extraArgs"]);
    const own = this.#explicit();
    const keys = [first, own, last].flatMap((part) => part.identity_file ?? []);
    const address = first.address ?? last.address ?? own.address;
    const proxy = first.proxy_command !== undefined || first.jump ? first : last;
    // ssh(1) takes the first value; Ansible gives ssh_args first, then its own options, then the other two.
    const { jump: _jump, proxy_command: _command, ...rest } = { ...last, ...own, ...first };
    return {
      ...rest,
      ...(keys.length > 0 ? { identity_file: keys } : {}),
      ...(address ? { address } : {}),
      ...(proxy.proxy_command ? { proxy_command: proxy.proxy_command } : {}),
      ...(proxy.jump ? { jump: proxy.jump } : {}),
    };
  }

  #explicit(): Way["ssh"] {
    const [address, user, key] = [this.#word("address"), this.#word("user"), this.#text("key")];
    const [port, timeout] = [this.#number("port", 65_535), this.#number("timeout", 600)];
    const password = this.#password("password");
    return {
      ...(password === undefined ? {} : { password }),
      ...(address === undefined ? {} : { address }),
      ...(user === undefined ? {} : { user }),
      ...(port === undefined ? {} : { port }),
      ...(key === undefined ? {} : { identity_file: [absolutePath(key, this.#complaints.cwd)] }),
      ...(timeout === undefined ? {} : { connect_timeout: timeout }),
    };
  }

  #args(names: readonly ("sshArgs" | "commonArgs" | "extraArgs")[]): Way["ssh"] {
    const texts = names.map((name) => this.#text(name) ?? "");
    const args = readSshArgs(texts, this.#complaints.cwd);
    const [name = "sshArgs"] = names.filter((_, i) => texts[i] !== "");
    if ("problem" in args) {
      this.#problem(name, `can't be read: ${args.problem}`, "Write options as for ssh(1): -o Key=value.");
      return {};
    }
    for (const [option, why] of args.ignored) {
      const [variable = "", place] = this.#origin(name);
      const hint = "See docs/ansible-inventories.md for the options that are.";
      const message = `${option} in ${variable} is not followed: ${why}`;
      if (place !== undefined) this.#complaints.warn("ansible-unsupported", message, place, hint);
    }
    return { ...args.ssh, ...this.#jump(args, name) };
  }

  /** A host of the inventory is jumped through as it says there; any other by the system's ssh, as ProxyJump does. */
  #jump({ proxyJump }: SshArgs, name: keyof typeof NAMES): Way["ssh"] {
    if (proxyJump === undefined) return {};
    // A group's jump host is mostly in the group itself.
    if (proxyJump === this.#host) return {};
    if (this.#hosts.has(proxyJump)) return { jump: proxyJump };
    const hops = proxyJump.split(",");
    if (!hops.every((hop) => HOP.test(hop))) {
      const hint = suggest(proxyJump, this.#hosts.keys(), "Write user@host:port, several with commas.");
      this.#problem(name, `names the jump host ${proxyJump}, which can't be read`, hint);
      return {};
    }
    const last = hops.at(-1) ?? "";
    const before = hops.length > 1 ? `-J ${quote(hops.slice(0, -1).join(","))} ` : "";
    const address = this.#word("address") ?? this.#host;
    const to = isIPv6(address) ? quote(`[${address}]`) : "%h";
    const uri = /:\d+$/.test(last) && !last.startsWith("ssh://") ? `ssh://${last}` : last;
    return { proxy_command: `ssh -o BatchMode=yes ${before}-W ${to}:%p ${quote(uri)}` };
  }

  #become(): Way["become"] {
    const enabled = this.#flag("become") === true;
    if (!enabled && !this.#saysHow()) return false;
    const method = this.#text("becomeMethod") ?? "sudo";
    const known = BECOME_METHODS.find((name) => name === BECOME.exec(method)?.[1]);
    if (!enabled && known === undefined) return false;
    const user = this.#word("becomeUser");
    const password = this.#password("becomePassword");
    if (known === undefined) {
      const hint = `Root's rights are had by ${BECOME_METHODS.join(", ")}.`;
      this.#problem("becomeMethod", `is ${method}, which is not supported`, hint);
    }
    return {
      enabled,
      ...(known === undefined ? {} : { method: known }),
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
    };
  }

  /**
   * Whether anything is said of how root's rights are had, and all of it can be read: most playbooks of Ansible ask for them themselves, and what is not
   * understood is not needed yet.
   */
  #saysHow(): boolean {
    const parts = ["becomeMethod", "becomeUser", "becomePassword"] as const;
    const given = parts.map((what) => this.#found(what)).filter((found) => found !== undefined);
    return given.length > 0 && given.every(([, { opaque }]) => opaque === undefined);
  }

  /** A password, as it stands or as a text of ansible-vault, which is opened when it is needed. */
  #password(what: keyof typeof NAMES): PasswordSource | undefined {
    const source = this.#found(what)?.[1].secret?.source;
    if (source !== undefined) return source;
    const value = this.#text(what);
    return value === undefined || value === "" ? undefined : { value };
  }

  /** The variable that holds, of several names for one thing. */
  #found(what: keyof typeof NAMES): readonly [name: string, located: Located] | undefined {
    let found: readonly [string, Located] | undefined;
    for (const name of NAMES[what]) {
      const located = this.#get(name);
      if (located !== undefined && (located.value !== null || located.secret !== undefined))
        found = [name, located];
    }
    return found;
  }

  #origin(what: keyof typeof NAMES): readonly [name: string, place: FilePlace | undefined] {
    const [name, located] = this.#found(what) ?? [NAMES[what][0], undefined];
    return [name, located?.place];
  }

  #text(what: keyof typeof NAMES): string | undefined {
    const [name, located] = this.#found(what) ?? [];
    if (name === undefined || located === undefined) return undefined;
    const { value } = located;
    // Only passwords are opened when they are needed; how a host is reached must be known before.
    const opaque = located.opaque ?? (located.secret?.source === undefined ? undefined : "vault");
    if (opaque !== undefined) {
      const { message, hint: otherwise } = opaqueProblem(name, opaque);
      const hint = what === "becomePassword" ? `To be asked for it: -K -e ${name}=null` : otherwise;
      this.#say("variable-unreadable", message, located.place, hint, what);
      return undefined;
    }
    if (typeof value === "string" || typeof value === "number") return String(value);
    if (what === "become" && typeof value === "boolean") return String(value);
    this.#say("inventory-invalid", `${name} must be a text`, located.place, "Write it in quotes.", what);
    return undefined;
  }

  #word(what: keyof typeof NAMES): string | undefined {
    const text = this.#text(what);
    if (text === undefined || text === "" || WORD.test(text)) return text === "" ? undefined : text;
    this.#wrong(what, "must be one word that does not start with -", "Correct it.");
    return undefined;
  }

  #number(what: keyof typeof NAMES, most: number): number | undefined {
    const text = this.#text(what);
    if (text === undefined || text === "") return undefined;
    const number = /^\d+$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= most) return number;
    this.#wrong(what, `must be a whole number from 1 to ${most}`, "Correct it.");
    return undefined;
  }

  #flag(what: keyof typeof NAMES): boolean | undefined {
    const text = this.#text(what)?.toLowerCase();
    if (text === undefined) return undefined;
    if (/^(?:yes|y|true|t|on|1|1\.0)$/.test(text)) return true;
    if (/^(?:no|n|false|f|off|0|0\.0|)$/.test(text)) return false;
    this.#wrong(what, "must be true or false", "Write true or false.");
    return undefined;
  }

  #wrong(what: keyof typeof NAMES, message: string, hint: string): void {
    const [name, place] = this.#origin(what);
    if (place !== undefined) this.#say("inventory-invalid", `${name} ${message}`, place, hint, what);
  }

  #problem(what: keyof typeof NAMES, message: string, hint: string): void {
    const [name, place] = this.#origin(what);
    if (place !== undefined) this.#say("ansible-unsupported", `${name} ${message}`, place, hint, what);
  }

  #say(
    code: "variable-unreadable" | "inventory-invalid" | "ansible-unsupported",
    message: string,
    place: FilePlace,
    hint: string,
    what: keyof typeof NAMES,
  ): void {
    // The lines around a password may show it.
    const error = this.#complaints.data(code, message, place, hint, what !== "becomePassword");
    if (!this.#problems.some((one) => one.message === message)) this.#problems.push(error);
  }
}
