import type { Group, VariableSource } from "../tree.js";
import { ALL } from "../tree.js";

/** Why one source of a variable lost to another by Ansible's rules. */
export function ansibleReason(
  loser: VariableSource,
  winner: VariableSource,
  depth: (group: string) => number,
  groups: ReadonlyMap<string, Group>,
): string {
  if (winner.level === "extra") {
    return loser.level === "extra"
      ? "of several --extra-var the last wins"
      : "the command line wins over every file";
  }
  if (loser.level !== winner.level) return `${winner.from} wins over every group`;
  if (loser.inline !== winner.inline) {
    return `${winner.level}_vars win over what the inventory itself says${loser.group === winner.group ? "" : ", whatever the group"}`;
  }
  if (winner.group === undefined || loser.group === undefined || loser.group === winner.group) {
    return loser.inline
      ? "the inventory says another value further down"
      : "of several files the last by name wins";
  }
  if (loser.group === ALL) return "every group wins over all";
  const [low, high] = [depth(loser.group), depth(winner.group)];
  if (low !== high)
    return `${winner.group} is deeper in the groups than ${loser.group} (${high} against ${low})`;
  const priority = (group: string): number => groups.get(group)?.priority ?? 1;
  const [less, more] = [priority(loser.group), priority(winner.group)];
  return less === more
    ? `${winner.group} and ${loser.group} are equally deep, and the later in the alphabet wins`
    : `${winner.group} has the greater ansible_group_priority (${more} against ${less})`;
}
