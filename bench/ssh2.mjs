// The floor: one bare ssh2 connection and one script per host, no checks, nothing read. Arguments: script, key, user, parallel, hosts.
// Prints what the scripts printed, host by host in the order given, when PRINT=1 is set.
import { readFileSync } from "node:fs";
import pLimit from "p-limit";
import ssh2 from "ssh2";

const [scriptFile, keyFile, username, parallel, ...hosts] = process.argv.slice(2);
const script = readFileSync(scriptFile, "utf8");
const privateKey = readFileSync(keyFile);
const limit = pLimit(Number(parallel));

function run(host) {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let out = "";
    client.on("error", reject);
    client.on("close", () => reject(new Error(`${host}: the connection was closed`)));
    client.on("ready", () =>
      client.exec("sudo -n sh", (error, channel) => {
        if (error) return reject(error);
        let exit;
        channel.on("data", (chunk) => (out += chunk));
        channel.stderr.on("data", (chunk) => process.stderr.write(chunk));
        channel.on("exit", (code) => (exit = code));
        channel.on("close", () => {
          client.end();
          if (exit === 0) resolve(out);
          else reject(new Error(`${host}: exit ${exit}`));
        });
        channel.end(script);
      }),
    );
    client.connect({ host, username, privateKey, hostVerifier: () => true, readyTimeout: 60_000 });
  });
}

const outputs = await limit.map(hosts, run);
if (process.env.PRINT) process.stdout.write(JSON.stringify(outputs));
