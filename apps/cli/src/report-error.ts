import { LongshoreError } from "@longshore/core";
import type { ConsoleOutput } from "./output/console-output.ts";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)) || "unknown failure";

/** One line on stderr, whatever it is, and a second where somebody knows what to do about it; with `--json` an object. LONGSHORE_DEBUG=1 adds the stack and the causes. */
export async function reportError(error: unknown, output: ConsoleOutput, json: boolean): Promise<void> {
  if (json) {
    const report = LongshoreError.is(error) ? error.toJSON() : { code: "unknown", message: messageOf(error) };
    await output.write("stderr", `${JSON.stringify({ error: report })}\n`);
  } else {
    await output.note(messageOf(error));
    if (LongshoreError.is(error) && error.hint !== undefined) await output.note(`hint: ${error.hint}`);
  }
  if (process.env["LONGSHORE_DEBUG"] !== "1") return;
  const { inspect } = await import("node:util");
  await output.write("stderr", `${inspect(error, { depth: 5 })}\n`);
}
