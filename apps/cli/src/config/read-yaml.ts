import { createReadStream } from "node:fs";
import { type FaultCode, LongshoreError } from "@longshore/core";
import type { Document, LineCounter } from "yaml";

export interface YamlFile {
  readonly file: string;
  readonly largestBytes: number;
  /** What a refusal is: a config or a spec that is not valid. */
  readonly code: Extract<FaultCode, "invalid-config" | "invalid-spec">;
}
/** An honest file repeats an anchor a few times; a "billion laughs" needs many more. */
const mostAliases = 100;

const quiet = { prettyErrors: false, logLevel: "error" } as const;

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

function valueOf(document: Document.Parsed, lineCounter: LineCounter): unknown {
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

type Parse<T> = (text: string) => Promise<T>;

const parseOne: Parse<unknown> = async (text) => {
  const { LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  return valueOf(parseDocument(text, { ...quiet, lineCounter }), lineCounter);
};

const parseEach: Parse<readonly unknown[]> = async (text) => {
  const { LineCounter, parseAllDocuments } = await import("yaml");
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { ...quiet, lineCounter });
  return "empty" in documents ? [] : documents.map((document) => valueOf(document, lineCounter));
};

async function readWith<T>(source: YamlFile, parse: Parse<T>): Promise<T> {
  try {
    return await parse(await readText(source));
  } catch (cause) {
    const reason = reasons[(cause as NodeJS.ErrnoException).code ?? ""];
    const message = reason ?? (cause instanceof RangeError ? "is nested too deeply" : (cause as Error).message);
    throw new LongshoreError(`${source.file}: ${message}`, { code: source.code, operation: "read", cause });
  }
}

/** The one document of a YAML file, as plain values. Throws `code` with the file's name, and line and column of a mistake. */
export const readYaml = (source: YamlFile): Promise<unknown> => readWith(source, parseOne);

/** Each document of a file that may hold several. Throws as `readYaml`. */
export const readYamlDocuments = (source: YamlFile): Promise<readonly unknown[]> => readWith(source, parseEach);
