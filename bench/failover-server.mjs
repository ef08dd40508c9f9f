// The internet of the failover bench: tells each connection the source address that it sees, then echoes what it is sent, line by line.
import { createServer } from "node:net";

const [address, port] = process.argv.slice(2);

createServer((socket) => {
  socket.on("error", () => undefined);
  socket.write(`${socket.remoteAddress}\n`);
  socket.pipe(socket);
}).listen(Number(port), address, () => process.stdout.write("ready\n"));
