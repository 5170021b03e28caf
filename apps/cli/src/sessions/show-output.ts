import type { ExecEnd, OutputChunk } from "@longshore/core";
import type { BareSession } from "../session.ts";

/** Each byte to the stream that it was written to, as it is; with `--json` in base64, since it need not be text. */
export async function showOutput({ json, output }: BareSession, { stream, bytes }: OutputChunk): Promise<void> {
  if (json) await output.json({ stream, base64: Buffer.from(bytes).toString("base64") });
  else await output.write(stream, bytes);
}

/** Shows a command's output to its end, which it answers. Undefined where the stream ended without one. */
export async function showUntilEnd(
  session: BareSession,
  events: AsyncIterable<OutputChunk | ExecEnd>,
): Promise<ExecEnd["exit"] | undefined> {
  let exit: ExecEnd["exit"] | undefined;
  for await (const event of events) {
    if (event.kind === "exit") ({ exit } = event);
    else await showOutput(session, event);
  }
  return exit;
}
