import type { LogRecord } from "@longshore/core";
import type { ConsoleOutput } from "./console-output.ts";

/** A line goes to the stream it came from; a gap is told on stderr, so that stdout holds the program's lines alone. */
export async function writeRecord(output: ConsoleOutput, record: LogRecord): Promise<void> {
  if ("gap" in record) return output.note(`log lines ${record.gap}: ${record.reason}`);
  await output.write(record.stream, record.continued === true ? record.text : `${record.text}\n`);
}
