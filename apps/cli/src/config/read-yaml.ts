import { createReadStream } from "node:fs";
import { type FaultCode, LongshoreError } from "@longshore/core";

export interface YamlFile {
  readonly file: string;
  readonly largestBytes: number;
  /** What a refusal is: a config or a spec that is not valid. */
  readonly code: Extract<FaultCode, "invalid-config" | "invalid-spec">;
}
/** An honest file repeats an anchor a few times; a "billion laughs" needs many more. */
const mostAliases = 100;

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "is a directory, expected a YAML file",
  EACCES: "may not be read",
  ERR_ENCODING_INVALID_ENCODED_DATA: "is no UTF-8 text",
};

async function readText({ file, largestBytes }: YamlFile): Promise<string> {
  const chunks: Buffer[] = [];
  // `end` is inclusive: one byte more than allowed, so that a device or pipe without a size is limited as well.
  for await (const chunk of createReadStream(file, { end: largestBytes })) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (bytes.length > largestBytes) throw new Error(`is larger than ${largestBytes} bytes`);
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

async function parse(text: string): Promise<unknown> {
  const { LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    // The parser catches its own stack overflow and tells of it as of any mistake.
    if (problem.message.startsWith("Maximum call stack")) throw new RangeError(problem.message);
    const { line, col } = lineCounter.linePos(problem.pos[0]);
    // The rest of a message is advice to programmers on the parser.
    throw new Error(`line ${line}, column ${col}: ${problem.message.split(";")[0]}`);
  }
  return document.toJS({ maxAliasCount: mostAliases }) as unknown;
}

/** The one document of a YAML file, as plain values. Throws `code` with the file's name, and line and column of a mistake. */
export async function readYaml(source: YamlFile): Promise<unknown> {
  try {
    return await parse(await readText(source));
  } catch (cause) {
    const reason = reasons[(cause as NodeJS.ErrnoException).code ?? ""];
    const message = reason ?? (cause instanceof RangeError ? "is nested too deeply" : (cause as Error).message);
    throw new LongshoreError(`${source.file}: ${message}`, { code: source.code, operation: "read", cause });
  }
}
