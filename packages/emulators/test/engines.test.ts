import { readdirSync, readFileSync } from "node:fs";
import Docker from "dockerode";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DockerEngine } from "../src/docker-engine.ts";
import type { Engine, EngineContainer, EngineOutput } from "../src/engine.ts";
import { ProcessEngine } from "../src/process-engine.ts";
import { VirtualClock } from "../src/virtual-clock.ts";
import { engines } from "./ecs-kit.ts";

const clock = new VirtualClock();
const makers = [
  { kind: "process", make: () => new ProcessEngine({ clock, missingImages: ["127.0.0.1:1/none:1"] }) },
  { kind: "docker", make: () => new DockerEngine({ clock }) },
] as const;
const script = (text: string, more: Partial<EngineContainer> = {}): EngineContainer => ({
  name: `test-${Math.random().toString(36).slice(2)}`,
  image: "busybox:1.35",
  command: ["sh", "-c", text],
  environment: {},
  ...more,
});
async function read(output: AsyncIterable<EngineOutput>): Promise<Record<"stdout" | "stderr", string>> {
  const text = { stdout: "", stderr: "" };
  for await (const { stream, bytes } of output) text[stream] += Buffer.from(bytes).toString();
  return text;
}
/** The first words of a program; the rest is not asked for. */
async function firstOf(output: AsyncIterable<EngineOutput>): Promise<string> {
  for await (const { bytes } of output) return Buffer.from(bytes).toString();
  return "";
}

/** Of this machine, inside containers too. */
const processesWith = (word: string): readonly string[] =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word);
    } catch {
      return false;
    }
  });

for (const [index, { kind, make }] of makers.entries())
  describe.skipIf(engines[index]!.lacking)(`the engine ${kind}: ${engines[index]!.title}`, () => {
    let engine: Engine;
    beforeEach(() => {
      engine = make();
    });
    afterEach(() => engine[Symbol.asyncDispose]());

    test("tells both streams apart, all of them, and the exit code", async () => {
      const run = await engine.start(script("head -c 3000000 /dev/zero | tr '\\0' x; echo err >&2; exit 6"));
      const { stdout, stderr } = await read(run.output);
      expect([stdout.length, stderr]).toEqual([3_000_000, "err\n"]);
      expect(await run.exited).toMatchObject({ code: 6, outOfMemory: false });
    });

    test("asks to stop, and kills after the grace of the clock", async () => {
      const gentle = await engine.start(script("trap 'exit 4' TERM; echo up; while :; do sleep 0.1; done"));
      await firstOf(gentle.output);
      await gentle.stop(60_000);
      expect(await gentle.exited).toMatchObject({ code: 4 });
      const stubborn = await engine.start(script("trap '' TERM; echo up; while :; do sleep 0.1; done"));
      await firstOf(stubborn.output);
      const stopped = stubborn.stop(3_600_000);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await clock.advance(3_600_000);
      await stopped;
      expect(await stubborn.exited).toMatchObject({ code: 137, signal: "SIGKILL" });
    });

    test("runs commands beside the program, with input and without", async () => {
      const run = await engine.start(script("sleep 300", { environment: { WHO: "me" } }));
      const plain = await run.exec(["sh", "-c", "echo $WHO; exit 3"]);
      expect([await read(plain.output), await plain.exited]).toMatchObject([{ stdout: "me\n" }, { code: 3 }]);
      async function* input() {
        yield Buffer.from("typed\n");
      }
      const typed = await run.exec(["head", "-n", "1"], { input: input() });
      expect(await read(typed.output)).toMatchObject({ stdout: "typed\n" });
      await run.remove();
    });

    test.each([
      ["no-such-command", { command: ["no-such-command"] }],
      ["cannot-execute", { command: ["/etc/passwd"] }],
      ["no-such-image", { image: "127.0.0.1:1/none:1" }],
    ])("says of what cannot be started: %s", async (problem, container) => {
      await expect(engine.start(script("true", container))).rejects.toMatchObject({ name: "EngineStartError", problem });
    });

    test("leaves nothing running when it is disposed of, also of what is just being started", async () => {
      const mark = `longshore-engine-test-${process.pid}-${engine.kind}`;
      const started = Promise.allSettled([1, 2, 3].map(() => engine.start(script(`: ${mark}; while :; do sleep 0.1; done`))));
      const running = await engine.start(script(`: ${mark}; echo up; while :; do sleep 0.1; done`));
      await firstOf(running.output);
      expect(processesWith(mark).length).toBeGreaterThan(0);
      const last = engine.start(script(`: ${mark}; while :; do sleep 0.1; done`)).catch((error: unknown) => error);
      await engine[Symbol.asyncDispose]();
      expect(processesWith(mark)).toEqual([]);
      await Promise.all([started, last]);
      expect(processesWith(mark)).toEqual([]);
      await expect(engine.start(script("true"))).rejects.toMatchObject({ problem: "rejected" });
      if (!(engine instanceof DockerEngine)) return;
      const filters = { label: [`longshore.emulator=${engine.id}`] };
      expect(await new Docker().listContainers({ all: true, filters })).toEqual([]);
    });
  });
