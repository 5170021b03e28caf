import type { IncomingMessage } from "node:http";
import { rootCertificates } from "node:tls";
import { LongshoreError } from "@longshore/core";
import type { WebSocket } from "ws";
import type { AciConfig } from "./aci-config.ts";

export interface SocketRequest {
  /** Its address; the password is not in it. */
  readonly uri: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}
export const broken = (why: string): LongshoreError =>
  new LongshoreError(`the connection to the container broke: ${why}`, {
    code: "unavailable",
    retryable: false,
    operation: "session",
  });

/** Open; rejects with what is answered instead. An abort closes it, also later. */
export async function openSocket(
  { endpoint, ca }: AciConfig,
  { uri = "", headers = {} }: SocketRequest,
  signal: AbortSignal,
): Promise<WebSocket> {
  // A password goes over TLS alone, but to who was asked over plain HTTP himself.
  if (!uri.startsWith("wss:") && endpoint?.startsWith("http:") !== true) throw broken(`it would not be over TLS: ${uri}`);
  const { WebSocket: Socket } = await import("ws");
  signal.throwIfAborted();
  const socket = new Socket(uri, { headers, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) });
  const leave = (): void => socket.terminate();
  signal.addEventListener("abort", leave, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", leave));
  return new Promise((resolve, reject) => {
    const refuse = (why: string): void => reject(signal.aborted ? signal.reason : broken(why));
    socket.once("open", () => resolve(socket)).on("error", ({ message }) => refuse(message));
    socket.once("unexpected-response", (_request, { statusCode }: IncomingMessage) => {
      refuse(`Azure answered ${statusCode}`);
      socket.terminate();
    });
  });
}
