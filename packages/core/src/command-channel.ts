import type { TerminalSize } from "./capabilities.ts";

/** A terminal beside a program, through which {@link converseWithScript} runs one command. What a backend's own connection has to be. */
export interface CommandChannel {
  /** What the terminal says, to its end; rejects where the connection breaks, and where the other side says what went wrong. */
  read(signal: AbortSignal): AsyncIterable<Buffer>;
  /** As typed; waits while the program reads too slowly. */
  type(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** A key that does not wait for others. */
  press(key: number): void;
  /** No effect where the backend takes a size at the beginning alone. */
  resize(size: TerminalSize): void;
  /** Something that changes nothing: what stands in between keeps no quiet connection. */
  stayAlive(): void;
  /** Types the last, and leaves when it has arrived; nobody waits for that. */
  leave(bytes: Uint8Array): void;
  /** More waits to be read than should: the terminal is to hold its output. */
  readonly isCrowded: boolean;
  /** Called when that changes. */
  onCrowd: () => void;
}
