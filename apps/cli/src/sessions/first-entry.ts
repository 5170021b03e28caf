import { LongshoreError } from "@longshore/core";

/** What a path in a workload is: the archive of it begins with it. */
export type Kind = "folder" | "file" | "absent";

/** A few hundred bytes are read, whatever the size of what is there. */
export async function firstEntry(tarOf: () => AsyncIterable<Uint8Array>): Promise<Kind> {
  const { Parser } = await import("tar");
  let kind: Kind = "absent";
  const parser = new Parser({
    onReadEntry(entry) {
      if (kind === "absent") kind = entry.type === "Directory" ? "folder" : "file";
      entry.resume();
    },
  });
  try {
    for await (const bytes of tarOf()) {
      parser.write(Buffer.from(bytes));
      if (kind !== "absent") break;
    }
  } catch (error) {
    // That there is nothing is an answer; whatever else goes wrong is told of by the copy itself.
    if (!LongshoreError.is(error, "not-found") && !LongshoreError.is(error, "invalid-argument")) throw error;
  }
  return kind;
}
