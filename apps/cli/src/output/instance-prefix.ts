import { styleText } from "node:util";
import type { LogRecord, Stream } from "@longshore/core";
import type { ConsoleOutput } from "./console-output.ts";
import { writeRecord } from "./write-record.ts";

const colors = ["cyan", "yellow", "green", "magenta", "blue"] as const;

/** Lines of several programs on one screen: each begins with the instance that wrote it. */
export class InstancePrefix {
  readonly #output: ConsoleOutput;
  readonly #seen: string[] = [];
  #width = 0;
  /** A line that goes on in its stream's next record. */
  #open: string | undefined;

  constructor(output: ConsoleOutput) {
    this.#output = output;
  }
  async write(record: LogRecord): Promise<void> {
    if ("gap" in record) return writeRecord(this.#output, { ...record, reason: `${record.instance}: ${record.reason}` });
    const { stream, instance, text, continued = false } = record;
    const source = `${stream} ${instance}`;
    const goesOn = this.#open === source;
    const before = goesOn ? "" : `${this.#open === undefined ? "" : "\n"}${this.#prefix(instance, stream)}`;
    this.#open = continued ? source : undefined;
    await this.#output.write(stream, `${before}${text}${continued ? "" : "\n"}`);
  }
  #prefix(instance: string, stream: Stream): string {
    if (!this.#seen.includes(instance)) this.#seen.push(instance);
    this.#width = Math.max(this.#width, instance.length);
    const color = colors[this.#seen.indexOf(instance) % colors.length] ?? "cyan";
    return styleText(color, `${instance.padEnd(this.#width)} |`, { stream: process[stream] }) + " ";
  }
}
