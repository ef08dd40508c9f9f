// The lab's internet: answers every HTTP request with the source address from which it came, one answer a connection.
import { createServer } from "node:net";

const [address = "127.0.0.1", port = "80"] = process.argv.slice(2);

/** A client that sends nothing is not waited for longer than this. */
const IDLE_MS = 10_000;

createServer((socket) => {
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on("error", () => undefined);
  socket.once("data", () => {
    const body = `${socket.remoteAddress ?? ""}\n`;
    const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    socket.end(head + body);
  });
}).listen(Number(port), address);
