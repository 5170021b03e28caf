import { styleText } from "node:util";
import type { LogRecord } from "@longshore/core";
import ora, { type Ora } from "ora";

const colours = ["cyan", "magenta", "yellow", "green", "blue", "gray"] as const;
const plainEveryMs = 2000;

/** Lines of all tasks, each marked with whose it is, above one line of progress. */
export class Screen implements Disposable {
  readonly #spinner: Ora | undefined;
  readonly #colours = new Map<string, (typeof colours)[number]>();
  #plainAt = performance.now();

  constructor() {
    const color = (process.env["NO_COLOR"] ?? "") === "" ? "cyan" : false;
    // Some terminals have no size: a spinner cannot wrap its text there.
    const hasRoom = process.stderr.isTTY && process.stderr.columns > 0;
    this.#spinner = hasRoom ? ora({ stream: process.stderr, discardStdin: false, color }) : undefined;
  }
  line(text: string): void {
    this.#spinner?.clear();
    process.stdout.write(`${text}\n`);
  }
  record(label: string, record: LogRecord): void {
    const shade = this.#colours.get(label) ?? colours[this.#colours.size % colours.length] ?? "cyan";
    this.#colours.set(label, shade);
    const [stream, text] = "gap" in record ? (["gap", record.reason] as const) : ([record.stream, record.text] as const);
    this.line(`${styleText(shade, label.padEnd(16), { stream: process.stdout })} ${stream.padEnd(6)} ${text}`);
  }
  /** On a terminal a spinner; elsewhere a plain line now and then. */
  progress(text: string): void {
    if (this.#spinner !== undefined) {
      this.#spinner.text = text;
      if (!this.#spinner.isSpinning) this.#spinner.start();
    } else if (performance.now() - this.#plainAt >= plainEveryMs) {
      this.#plainAt = performance.now();
      this.line(`… ${text}`);
    }
  }
  [Symbol.dispose](): void {
    this.#spinner?.stop();
  }
}
