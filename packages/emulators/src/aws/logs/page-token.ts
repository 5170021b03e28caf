import { expiredToken, invalidToken } from "./log-errors.ts";
import type { LogPosition } from "./log-event.ts";

/** `f` goes on to later events, `b` to earlier ones. */
export type PageDirection = "f" | "b";

export interface PageToken {
  readonly direction: PageDirection;
  readonly position: LogPosition;
  /** When it was given, in milliseconds since 1970. */
  readonly issuedAt: number;
  /** Tells tokens of one position apart. */
  readonly nonce: number;
}

/** What the service documents. */
const lifeMs = 24 * 60 * 60 * 1000;
/** Four numbers of 14 digits: as many digits as the service's own tokens have. */
const digits = (number: number): string => String(number).padStart(14, "0");
const form = /^([fb])\/(\d{14})(\d{14})(\d{14})(\d{14})\/s$/;

export function encodePageToken({ direction, position, issuedAt, nonce }: PageToken): string {
  return `${direction}/${[position.timestamp, position.sequence, issuedAt, nonce].map(digits).join("")}/s`;
}

/** @throws `InvalidParameterException` for what is no token, or older than a day. */
export function decodePageToken(text: string, now: number): PageToken {
  const [, direction, timestamp, sequence, issuedAt, nonce] = form.exec(text) ?? [];
  if (direction === undefined) throw invalidToken();
  const token: PageToken = {
    direction: direction as PageDirection,
    position: { timestamp: Number(timestamp), sequence: Number(sequence) },
    issuedAt: Number(issuedAt),
    nonce: Number(nonce),
  };
  if (token.issuedAt > now) throw invalidToken();
  if (now - token.issuedAt > lifeMs) throw expiredToken();
  return token;
}
