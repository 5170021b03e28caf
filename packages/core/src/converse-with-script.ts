import type { ExecEnd, ExecRequest, Keystrokes, OutputChunk } from "./capabilities.ts";
import type { CommandChannel } from "./command-channel.ts";
import { LongshoreError } from "./longshore-error.ts";
import { MarkedText, type Piece } from "./marked-text.ts";
import { typeIntoChannel } from "./type-into-channel.ts";

export interface Conversation extends Pick<ExecRequest, "tty" | "input"> {
  /** Of the command line. */
  readonly marker: string;
}
/** A terminal holds its output from the one to the other. */
const key = { hold: 0x13, goOn: 0x11 } as const;
/** What stands in between keeps a quiet connection for longer than that (AWS's own client says something as often). */
const aliveMs = 300_000;
/** Of what is said beside the script, so much may stand in an error. */
const mostStrayBytes = 2000;

const refused = (message: string): LongshoreError => new LongshoreError(message, { code: "invalid-argument", operation: "exec" });
const unknown = (message: string): LongshoreError =>
  new LongshoreError(message, { code: "unavailable", retryable: false, operation: "exec" });
const nothing = async function* (): AsyncGenerator<Keystrokes, void, void> {};

/** One command's conversation with the script that runs it. */
class Talk {
  readonly #channel: CommandChannel;
  readonly #asked: Conversation;
  readonly #over = new AbortController();
  readonly #unread = new AbortController();
  readonly #signal: AbortSignal;
  #begun = false;
  /** Output can be held. */
  #holds = false;
  #stray = Buffer.alloc(0);
  #code: number | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(channel: CommandChannel, asked: Conversation, signal: AbortSignal) {
    this.#channel = channel;
    this.#asked = asked;
    this.#signal = AbortSignal.any([signal, this.#over.signal]);
  }
  async *events(): AsyncGenerator<OutputChunk | ExecEnd, void, void> {
    const text = new MarkedText(this.#asked.marker);
    const alive = setInterval(() => this.#stayAlive(), aliveMs);
    try {
      for await (const bytes of this.#channel.read(this.#signal)) {
        for (const piece of text.push(bytes)) {
          const said = await this.#heed(piece);
          if (said !== undefined) yield said;
          if (this.#code !== undefined) return yield endOf(this.#code);
        }
      }
    } catch (error) {
      throw this.#failure === undefined ? error : this.#failure.error;
    } finally {
      clearInterval(alive);
      this.#over.abort();
    }
    throw this.#withoutEnd();
  }
  async #heed(piece: Piece): Promise<OutputChunk | undefined> {
    if (piece.kind === "text") {
      if (this.#begun && this.#asked.tty !== undefined) return { kind: "output", stream: "stdout", bytes: piece.bytes };
      this.#stray = Buffer.concat([this.#stray, piece.bytes]).subarray(-mostStrayBytes);
      return undefined;
    }
    const body = piece.body.toString();
    switch (piece.letter) {
      case "m":
        throw refused(`the image has no ${body}: a command without a terminal needs sh, dd and base64 in it`);
      case "r":
        await this.#begin(body);
        return undefined;
      case "g":
        this.#begun = true;
        return undefined;
      case "o":
      case "e":
        return { kind: "output", stream: piece.letter === "o" ? "stdout" : "stderr", bytes: Buffer.from(body, "base64") };
      case "x":
        this.#unread.abort();
        return undefined;
      case "c":
        return this.#end(body);
      default:
        return undefined;
    }
  }
  /** Says again what is so: whether output is wanted, or how large the terminal is. */
  #stayAlive(): void {
    if (this.#holds) this.#channel.press(this.#channel.isCrowded ? key.hold : key.goOn);
    else this.#channel.stayAlive();
  }
  /** The script is there, and waits for a line. */
  async #begin(terminal: string): Promise<void> {
    const { tty, input } = this.#asked;
    if (tty !== undefined) this.#channel.resize(tty);
    if (terminal === "n" && input !== undefined)
      throw refused("the image has no stty: a command with input needs it; expected no input");
    if (terminal === "t") {
      this.#holds = true;
      this.#channel.onCrowd = () => this.#stayAlive();
    }
    await this.#channel.type(Buffer.from("\n"), this.#signal);
    if (tty === undefined && input === undefined) return;
    const typing = {
      input: input ?? nothing(),
      as: tty === undefined ? "framed" : "terminal",
      unread: this.#unread.signal,
    } as const;
    void typeIntoChannel(this.#channel, typing, this.#signal).catch((error: unknown) => {
      if (this.#over.signal.aborted) return;
      this.#failure = { error };
      this.#over.abort();
    });
  }
  /** Until it is told that the code has arrived, the script does not end: agents wait two seconds for what is not acknowledged. */
  #end(code: string): undefined {
    this.#over.abort();
    this.#channel.leave(Buffer.from(`\n${this.#asked.marker}\n`));
    // Nothing, where something has ended what waited for the command.
    if (!/^\d+$/.test(code)) throw unknown("nobody knows how the command ended: what waited for it was ended too");
    this.#code = Number(code);
  }
  #withoutEnd(): LongshoreError {
    return endOfSession(this.#stray.toString()) ?? unknown("the session ended before the command did");
  }
}

/** What a session's last words mean; undefined where there are none. */
export function endOfSession(words: string): LongshoreError | undefined {
  const said = words.replace(/\s+/g, " ").trim();
  if (said === "") return undefined;
  if (/executable file not found|no such file or directory/i.test(said))
    return refused(`a command here needs sh in the image: ${said}`);
  return unknown(`the session ended: ${said}`);
}
const endOf = (code: number): ExecEnd => ({ kind: "exit", exit: { code, evidence: `exec: the shell around it says ${code}` } });

/** Both directions, until the script of {@link toCommandLine} says how the command ended. Rejects where nobody can tell. */
export async function* converseWithScript(
  channel: CommandChannel,
  asked: Conversation,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk | ExecEnd, void, void> {
  yield* new Talk(channel, asked, signal).events();
}
