import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { EngineRun } from "../engine.ts";
import type { ContainerLog } from "./container-log.ts";
import { serveAttach, serveExec } from "./serve-socket.ts";

export type SocketSession = {
  /** A fault: the connection breaks after so much output. */
  readonly breakAfterBytes?: number;
} & (
  | { readonly kind: "exec"; readonly run: EngineRun; readonly command: string }
  | { readonly kind: "attach"; readonly log: ContainerLog }
);

type Opened = SocketSession & { readonly password: string };

const paths = { exec: "/exec/sessionId/", attach: "/logstream/sessionId/" };
/** Those that nobody has come for; the oldest are forgotten first. */
const mostWaiting = 1000;

/** The other end of exec and attach: WebSockets that only who has the password can use, once. */
export class SocketSessions {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #waiting = new Map<string, Opened>();

  /** What an answer tells of it. @param origin Where the request was sent to. */
  open(session: SocketSession, origin: string): { readonly webSocketUri: string; readonly password: string } {
    const id = randomUUID();
    const password = randomBytes(24).toString("base64url");
    const path = `${paths[session.kind]}${id}`;
    this.#waiting.set(path, { ...session, password });
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > mostWaiting) this.#waiting.delete(oldest!);
    return { webSocketUri: `${origin.replace(/^http/, "ws")}${path}?api-version=1.0`, password };
  }

  /** Takes a connection over that asks for a WebSocket. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname } = new URL(request.url ?? "/", "http://emulator");
    const session = this.#waiting.get(pathname);
    if (!session) return refuse(socket, "404 Not Found");
    if (session.kind === "attach" && request.headers.authorization !== session.password)
      return refuse(socket, "401 Unauthorized");
    this.#waiting.delete(pathname);
    this.#server.handleUpgrade(request, socket, head, (webSocket) => serve(webSocket, session));
  }

  /** Breaks every connection. */
  close(): void {
    for (const client of this.#server.clients) client.terminate();
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function serve(socket: WebSocket, session: Opened): void {
  // Whoever is gone is gone.
  socket.on("error", () => socket.terminate());
  if (session.kind === "attach") serveAttach(socket, session);
  else serveExec(socket, session);
}
