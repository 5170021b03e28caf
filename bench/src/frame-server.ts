// A process of its own: answers as an engine does about one container with a log of so many bytes in lines of such a length,
// on a unix socket. Arguments: socket, bytes, length of a line. The log is made beforehand, so that the reader is the limit.
import { createServer, type Socket } from "node:net";

const [path = "", bytes = "0", length = "100"] = process.argv.slice(2);
const lineLength = Number(length);
const lines = Math.ceil(Number(bytes) / lineLength);

/** Each entry a frame, and each frame a chunk of HTTP, as engines (20.10) send them. */
function madeLog(): Buffer {
  const text = Buffer.from(`${"x".repeat(lineLength - 1)}\n`);
  const time = Buffer.from("2026-01-31T12:00:00.000000000Z ");
  const size = time.length + text.length;
  const opening = Buffer.from(`${(8 + size).toString(16)}\r\n`);
  const entry = Buffer.concat([opening, Buffer.alloc(8), time, text, Buffer.from("\r\n")]);
  const header = opening.length;
  entry[header] = 1;
  entry.writeUInt32BE(size, header + 4);
  const log = Buffer.alloc(entry.length * lines);
  for (let line = 0; line < lines; line++) {
    const at = line * entry.length;
    entry.copy(log, at);
    const clock = new Date(Date.UTC(2026, 0, 31, 12) + Math.floor(line / 1000)).toISOString().slice(0, 23);
    log.write(`${clock}${String((line % 1000) * 1000).padStart(6, "0")}`, at + header + 8, "latin1");
  }
  return log;
}

const container = {
  Id: "0".repeat(64),
  Name: "/bench",
  Created: "2026-01-31T12:00:00Z",
  HostConfig: { Memory: 0 },
  State: {
    Status: "exited",
    Running: false,
    OOMKilled: false,
    ExitCode: 0,
    Error: "",
    StartedAt: "2026-01-31T12:00:00Z",
    FinishedAt: "2026-01-31T12:00:01Z",
  },
};
/** Of whatever id and owner it is asked for. */
function described(name: string): string {
  const [owner = "", ...id] = name.split("-");
  const labels = { "longshore.owner": owner, "longshore.id": id.join("-"), "longshore.hash": "", "longshore.labels": "{}" };
  return JSON.stringify({ ...container, Id: name.padEnd(64, "0"), Config: { Labels: labels, Tty: false } });
}

const log = madeLog();
const pieceLength = 65_536;
async function send(socket: Socket): Promise<void> {
  let goOn = (): void => {};
  socket.on("drain", () => goOn()).once("close", () => goOn());
  socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
  for (let at = 0; at < log.length; at += pieceLength) {
    if (socket.destroyed) return;
    if (socket.write(log.subarray(at, at + pieceLength))) continue;
    await new Promise<void>((resolve) => (goOn = resolve));
  }
  socket.end("0\r\n\r\n");
}
function answer(socket: Socket, target: string): void {
  const [, asked] = /\/containers\/([^/]+)\/logs/.exec(target) ?? [];
  if (asked !== undefined && log.length > 0) return void send(socket);
  // A log of nothing is one that never ends: what is measured is who waits for it.
  if (asked !== undefined) return void socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const [, name] = /\/containers\/([^/]+)\/json/.exec(target) ?? [];
  const body = name === undefined ? "OK" : described(name);
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

const server = createServer((socket) => {
  let asked = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    asked += chunk.toString("latin1");
    for (let end = asked.indexOf("\r\n\r\n"); end >= 0; end = asked.indexOf("\r\n\r\n")) {
      answer(socket, asked.split(" ", 2)[1] ?? "");
      asked = asked.slice(end + 4);
    }
  });
});
server.listen(path, () => process.send?.("listening"));
process.on("disconnect", () => process.exit(0));
