import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { CloudSocket } from "../cloud.ts";
import { type AgentSession, serveSession } from "./session-agent.ts";

/** So many that nobody has come for are remembered. */
const mostWaiting = 1000;

interface Waiting {
  readonly session: AgentSession;
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

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param origin Where the caller reaches the emulator. */
  open(session: Omit<AgentSession, "sessionId">, origin: string): OpenedSession {
    const sessionId = `ecs-execute-command-${randomBytes(16).toString("base64url").toLowerCase().replace(/[-_]/g, "0")}`;
    const token = randomBytes(96).toString("base64");
    this.#waiting.set(sessionId, { session: { ...session, sessionId }, token });
    for (const oldest of this.#waiting.keys()) if (this.#waiting.size > mostWaiting) this.#waiting.delete(oldest);
    const place = origin.replace(/^http/, "ws");
    return { sessionId, streamUrl: `${place}/v1/data-channel/${sessionId}?role=publish_subscribe`, tokenValue: token };
  }

  /** Who serves the WebSocket of a session's address: whoever connects has to bring the token in its first message. */
  accept(url: string): ((socket: CloudSocket) => Promise<void>) | undefined {
    const [, sessionId = ""] = /^\/v1\/data-channel\/([a-z0-9-]+)\?/.exec(url) ?? [];
    return this.#waiting.has(sessionId) ? (socket) => this.#serve(sessionId, socket) : undefined;
  }

  async #serve(sessionId: string, socket: CloudSocket): Promise<void> {
    const messages = socket.messages[Symbol.asyncIterator]();
    const { value } = await messages.next();
    const waiting = this.#waiting.get(sessionId);
    if (!waiting || !opens(value, waiting.token)) return socket.close();
    this.#waiting.delete(sessionId);
    const rest = { [Symbol.asyncIterator]: () => messages };
    await serveSession({ ...socket, messages: rest as CloudSocket["messages"] }, waiting.session, this.#clock);
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
