import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Program, shellProgram } from "@longshore/conformance";
import { MemoryProcess, type MemoryProgram } from "@longshore/core/memory";
import { describe, expect, test } from "vitest";

interface Told {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

async function inShell(program: Program, termAfterMs?: number): Promise<Told> {
  const child = spawn("sh", ["-c", shellProgram(program)]);
  const out = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => (out[stream] += text));
  }
  if (termAfterMs !== undefined) void pause(termAfterMs).then(() => child.kill("SIGTERM"));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { ...out, code: code ?? undefined, signal: signal ?? undefined };
}

async function pretended(program: Program, termAfterMs?: number): Promise<Told> {
  const bytes = { stdout: [] as number[], stderr: [] as number[] };
  const { promise, resolve } = Promise.withResolvers<void>();
  // No case here reads input, which a pretended process has none of.
  const steps = program as MemoryProgram;
  const process = new MemoryProcess({
    program: steps,
    write: (stream, written) => bytes[stream].push(...written),
    ended: resolve,
  });
  if (termAfterMs !== undefined) void pause(termAfterMs).then(() => process.signal("SIGTERM"));
  await promise;
  const text = (stream: "stdout" | "stderr"): string => Buffer.from(bytes[stream]).toString();
  return { stdout: text("stdout"), stderr: text("stderr"), code: process.exit?.code, signal: process.exit?.signal };
}

const cases: Readonly<Record<string, readonly [program: Program, termAfterMs?: number]>> = {
  "prints what a shell would take apart": [
    [
      { do: "print", text: `it's "$HOME" \\n %s *` },
      { do: "print", text: "", to: "stderr" },
    ],
  ],
  "writes bytes": [[{ do: "write", bytes: [...new TextEncoder().encode("日本\n%x"), 0, 255] }]],
  "counts on both": [[{ do: "count", lines: 300, to: "both" }]],
  "has long lines": [
    [
      { do: "long", length: 1000 },
      { do: "long", length: 160, to: "stderr" },
      { do: "long", length: 3 },
    ],
  ],
  "sleeps and exits": [
    [
      { do: "sleep", ms: 250 },
      { do: "print", text: "x" },
      { do: "exit", code: 9 },
      { do: "print", text: "never" },
    ],
  ],
  "dies by a signal": [
    [
      { do: "die", signal: "SIGKILL" },
      { do: "print", text: "never" },
    ],
  ],
  "ends with 0 by itself": [[]],
  "traps TERM": [
    [
      { do: "trap", then: { exit: 5, print: "it's over" } },
      { do: "sleep", ms: 5000 },
    ],
    300,
  ],
  "ignores TERM": [
    [
      { do: "trap", then: "ignore" },
      { do: "sleep", ms: 900 },
      { do: "print", text: "still there" },
    ],
    300,
  ],
};

describe("a program does in a shell what it does in memory", () => {
  for (const [name, [program, termAfterMs]] of Object.entries(cases)) {
    test.concurrent(name, async () => {
      expect(await inShell(program, termAfterMs)).toEqual(await pretended(program, termAfterMs));
    });
  }
});

test("reads lines and prints each; shows a secret from its file, else from its variable", async () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  writeFileSync(join(folder, "secret"), "from a file");
  const steps: Program = [
    { do: "echo", lines: 2 },
    { do: "reveal", secret: "ONE" },
    { do: "reveal", secret: "TWO" },
  ];
  const env = { ...process.env, ONE_FILE: join(folder, "secret"), TWO: "from a variable" };
  const { stdout } = spawnSync("sh", ["-c", shellProgram(steps)], { env, input: "a b\n\\c\nd\n", encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect(stdout).toBe("a b\n\\c\nfrom a file\nfrom a variable\n");
});
