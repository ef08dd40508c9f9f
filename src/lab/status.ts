import { existsSync } from "node:fs";
import { leaderOf, ownerOf, supervisorOf, variantOf } from "./client.js";
import { faultsInForce, showFault } from "./fault.js";
import type { LabPaths } from "./names.js";
import { ADDRESS, BOXES, clientAddress, clientNumber } from "./names.js";
import { echoServer, networkStands } from "./network.js";
import { presentClients } from "./present.js";

/** One box of the lab and how it is. */
export interface BoxStatus {
  readonly name: string;
  readonly address: string;
  readonly state: "up" | "booting" | "down";
  readonly note: string;
}

/** The lab and how it is. */
export interface LabStatus {
  readonly lab: string;
  readonly up: boolean;
  readonly boxes: readonly BoxStatus[];
}

/** Looks at the lab; changes nothing. */
export async function labStatus(paths: LabPaths): Promise<LabStatus> {
  const clients = presentClients(paths);
  const stands = networkStands(paths);
  const echo = (await echoServer(paths)) !== null;
  const notes: Readonly<Record<string, readonly [address: string, note: string]>> = {
    bastion: [ADDRESS.bastion, "reaches the clients through the gateways"],
    nat1: [ADDRESS.nat1.lan, `seen outside as ${ADDRESS.nat1.wan}`],
    nat2: [ADDRESS.nat2.lan, `seen outside as ${ADDRESS.nat2.wan}`],
    internet: [
      ADDRESS.echo,
      echo ? "answers with the source address it saw" : "its echo server is not running",
    ],
  };
  const boxes = BOXES.map((name): BoxStatus => {
    const [address = "", note = ""] = notes[name] ?? [];
    const there = existsSync(`/run/netns/${paths.netns(name)}`);
    return { name, address, state: there ? "up" : "down", note };
  });
  const machines = clients.map((name): BoxStatus => {
    const supervised = supervisorOf(paths, name) !== null;
    const state = leaderOf(paths, name) !== null ? "up" : supervised ? "booting" : "down";
    const note = `${variantOf(paths, name)}, ${ownerOf(paths, name)}`;
    return { name, address: clientAddress(clientNumber(name) ?? 0), state, note };
  });
  const faults = await faultsInForce(paths);
  const all = [...boxes, ...machines].map((box): BoxStatus => {
    const own = faults.filter((fault) => fault.box === box.name).map(showFault);
    return own.length === 0 ? box : { ...box, note: `${box.note}; in force: ${own.join(", ")}` };
  });
  const any = stands || clients.length > 0;
  return { lab: paths.lab, up: any && all.every((box) => box.state === "up") && echo, boxes: any ? all : [] };
}
