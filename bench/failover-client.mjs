// Traffic of one host for the failover bench. Opens ten new connections a second, and holds flows open on which it sends a line every second.
// Reads commands from stdin (`hold NAME COUNT`, `check ID`, `end`) and writes events as JSON lines.
import { connect } from "node:net";
import { createInterface } from "node:readline";

const [address, port] = process.argv.slice(2);
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

/** A new connection that has no answer by then has failed. */
const TIMEOUT_MS = 1000;

function attempt() {
  const at = Date.now();
  const socket = connect({ host: address, port: Number(port) });
  let done = false;
  const end = (via) => {
    if (done) return;
    done = true;
    clearTimeout(timer);
    socket.destroy();
    say({ kind: "new", at, via });
  };
  const timer = setTimeout(() => end(null), TIMEOUT_MS);
  socket.on("error", () => end(null));
  socket.once("data", (data) => end(data.toString().trim()));
}

const flows = [];

function hold(name) {
  const flow = { name, via: null, error: null, sent: 0, back: "" };
  flows.push(flow);
  const socket = connect({ host: address, port: Number(port) });
  flow.socket = socket;
  socket.on("error", (error) => {
    flow.error = error.code;
  });
  socket.on("close", () => {
    flow.error ??= "closed";
  });
  socket.on("data", (data) => {
    const text = flow.back + data;
    const lines = text.split("\n");
    flow.back = lines.pop();
    for (const line of lines) {
      if (flow.via === null) flow.via = line;
      else flow.last = line;
    }
  });
}

setInterval(attempt, 100);
setInterval(() => {
  for (const flow of flows) if (flow.error === null) flow.socket.write(`${++flow.sent}\n`);
}, 1000);

for await (const line of createInterface({ input: process.stdin })) {
  const [command, name, count] = line.split(" ");
  if (command === "hold") for (let i = 0; i < Number(count); i++) hold(name);
  else if (command === "check") {
    const told = flows.map(({ name: of, via, error, sent, last }) => ({
      name: of,
      via,
      error,
      // What was sent before the last two seconds must be back.
      alive: error === null && via !== null && Number(last) >= sent - 2,
    }));
    say({ kind: "check", id: name, flows: told });
  } else process.exit(0);
}
