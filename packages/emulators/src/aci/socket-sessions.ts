import { randomBytes, randomUUID } from "node:crypto";
import type { Cloud } from "../cloud.ts";
import type { EngineRun } from "../engine.ts";
import type { ContainerLog } from "./container-log.ts";
import { serveAttach, serveExec, type TerminalSize } from "./serve-socket.ts";

export type SocketSession = {
  /** A fault: the connection breaks after so much output. */
  readonly breakAfterBytes?: number;
} & (
  | { readonly kind: "exec"; readonly run: EngineRun; readonly command: string; readonly size?: TerminalSize }
  | { readonly kind: "attach"; readonly log: ContainerLog }
);

type Opened = SocketSession & { readonly password: string };

const paths = { exec: "/exec/sessionId/", attach: "/logstream/sessionId/" };
/** Those that nobody has come for; the oldest are forgotten first. */
const mostWaiting = 1000;

/** The other end of exec and attach: WebSockets that only who has the password can use, once. */
export class SocketSessions {
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

  /** As {@link Cloud.accept}. An attach shows its password before it is let in, an exec by its first message. */
  readonly accept: NonNullable<Cloud["accept"]> = ({ url, headers }) => {
    const { pathname } = new URL(url, "http://emulator");
    const session = this.#waiting.get(pathname);
    if (!session) return undefined;
    if (session.kind === "attach" && headers["authorization"] !== session.password) return "unauthorized";
    this.#waiting.delete(pathname);
    return (socket) => (session.kind === "attach" ? serveAttach(socket, session) : serveExec(socket, session));
  };
}
