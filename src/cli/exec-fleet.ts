import { selectHosts } from "../inventory/pattern.js";
import { knowPlainSecrets } from "../inventory/read-secrets.js";
import { SurefootError } from "../model/error.js";
import { trustedSh } from "../model/sh.js";
import { becomeOn } from "../model/target.js";
import { refuseProblems } from "../playbook/expand.js";
import { ExecFold } from "../report/exec.js";
import { junitReporter } from "../report/junit.js";
import type { Reporter } from "../report/reporter.js";
import { streamReporter } from "../report/stream.js";
import { executor } from "../run/exec.js";
import { Identities } from "../transport/identities.js";
import type { CredentialFlags, ReportFlags } from "./options.js";
import { pass } from "./pass.js";
import { readInventory, withTyped } from "./prepare.js";
import { makeReporter } from "./reporters.js";

/** `surefoot exec` with its own flags. */
export interface ExecFlags extends CredentialFlags, ReportFlags {
  readonly inventory: string;
  readonly limit: string;
  readonly become?: true;
  readonly stream?: true;
  readonly extraVar: readonly string[];
  readonly forks: number;
  /** Seconds. */
  readonly timeout: number;
}

/** Runs a command of the user's own on hosts; gives the exit code. */
export async function execFleet(text: string, flags: ExecFlags): Promise<number> {
  refuseFlags(text, flags);
  const environment = await readInventory(flags);
  const hosts = selectHosts(environment, flags.limit);
  refuseProblems(hosts);
  knowPlainSecrets(hosts);
  const asked = hosts.map(({ target }) => {
    const become = flags.become === true ? becomeOn(target) : null;
    return { target: { ...target, become }, tasks: [] };
  });
  const jobs = await withTyped(asked, flags);
  const stream = flags.stream === true;
  const fleet = {
    shell: text,
    inventory: flags.inventory,
    target: (name: string) => environment.hosts.get(name)?.target,
    identities: new Identities(),
  };
  const waits = { forks: flags.forks, timeout: flags.timeout, stepTimeout: flags.timeout };
  const result = await pass(fleet, waits, {
    command: "exec",
    mode: "plan",
    reporter: reporterFor(flags),
    jobs,
    work: executor({ command: trustedSh(text), timeoutMs: flags.timeout * 1000, stream }),
  });
  return result.exitCode;
}

/**
 * @throws SurefootError `flag-invalid`.
 */
function refuseFlags(text: string, flags: ExecFlags): void {
  if (text.trim() === "") {
    throw new SurefootError({
      code: "flag-invalid",
      message: "the command is empty",
      hint: "Write it in quotes: surefoot exec 'uname -r' -i INVENTORY.",
    });
  }
  if (flags.askBecomePass === true && flags.become !== true) {
    throw new SurefootError({
      code: "flag-invalid",
      message: "--ask-become-pass asks for a password that nothing needs",
      hint: "Add --become to run the command as root, or leave -K out.",
    });
  }
}

function reporterFor(flags: ExecFlags): Reporter {
  const { stdout: out, stderr: err } = process;
  return makeReporter(flags, {
    fold: (style) => new ExecFold(style),
    junit: junitReporter,
    html: false,
    ...(flags.stream === true ? { terminal: (fold) => streamReporter({ out, err, fold }) } : {}),
  });
}
