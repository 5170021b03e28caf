import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { CloudSocket } from "../cloud.ts";
import { PendingSocket } from "./pending-socket.ts";
import { type AgentSession, serveSession } from "./session-agent.ts";

/** So many that nobody has come for are remembered. */
const mostWaiting = 1000;

interface Waiting {
  readonly socket: PendingSocket;
  readonly token: string;
}
export interface OpenedSession {
  readonly sessionId: string;
  readonly streamUrl: string;
  readonly tokenValue: string;
}

/** The sessions that ExecuteCommand has answered, until somebody comes with the token of one. Each is come for once. */
export class Sessions {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();
  readonly #closing = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The agent begins at once, whether anybody comes or not.
   * @param origin Where the caller reaches the emulator.
   */
  open(session: Omit<AgentSession, "sessionId">, origin: string): OpenedSession {
    const sessionId = `ecs-execute-command-${randomBytes(16).toString("base64url").toLowerCase().replace(/[-_]/g, "0")}`;
    const token = randomBytes(96).toString("base64");
    const socket = new PendingSocket(this.#closing.signal);
    this.#waiting.set(sessionId, { socket, token });
    this.#forgetOldest();
    // The end of what it runs in ends it too.
    void session.run.exited.then(() => socket.cut());
    void serveSession(socket, { ...session, sessionId }, this.#clock).then(
      () => this.#waiting.delete(sessionId),
      () => socket.cut(),
    );
    const place = origin.replace(/^http/, "ws");
    return { sessionId, streamUrl: `${place}/v1/data-channel/${sessionId}?role=publish_subscribe`, tokenValue: token };
  }

  /** Who serves the WebSocket of a session's address: whoever connects has to bring the token in its first message. */
  accept(url: string): ((socket: CloudSocket) => Promise<void>) | undefined {
    const [, sessionId = ""] = /^\/v1\/data-channel\/([a-z0-9-]+)\?/.exec(url) ?? [];
    return this.#waiting.has(sessionId) ? (socket) => this.#serve(sessionId, socket) : undefined;
  }

  /** Ends all of them. */
  close(): void {
    this.#closing.abort(new Error("the emulator is closing"));
  }

  async #serve(sessionId: string, socket: CloudSocket): Promise<void> {
    const messages = socket.messages[Symbol.asyncIterator]();
    const { value } = await messages.next();
    const waiting = this.#waiting.get(sessionId);
    if (!waiting || !opens(value, waiting.token)) return socket.close();
    this.#waiting.delete(sessionId);
    const rest = { [Symbol.asyncIterator]: () => messages };
    await waiting.socket.connect({ ...socket, messages: rest as CloudSocket["messages"] });
  }

  #forgetOldest(): void {
    const [oldest] = this.#waiting;
    if (this.#waiting.size <= mostWaiting || !oldest) return;
    oldest[1].socket.cut();
    this.#waiting.delete(oldest[0]);
  }
}

function opens(message: unknown, token: string): boolean {
  try {
    const { MessageSchemaVersion, RequestId, TokenValue, ClientId } = JSON.parse(String(message)) as Record<string, unknown>;
    return MessageSchemaVersion === "1.0" && Boolean(RequestId) && Boolean(ClientId) && TokenValue === token;
  } catch {
    return false;
  }
}
