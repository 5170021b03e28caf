import { existsSync } from "node:fs";
import { conformanceTests } from "@longshore/conformance";
import type { ExecRequest, Exit, TaskSpec } from "@longshore/core";
import type { FaultRule } from "@longshore/emulators";
import { UpdateClusterCommand } from "@aws-sdk/client-ecs";
import { afterAll, describe, expect, test } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { ecsHarness } from "./harness.ts";
import { World } from "./world.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;
const enabled: Partial<TaskSpec> = { options: { ecs: { executeCommand: true } } };

interface Ran {
  readonly exit: Exit | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
async function exec({ runtime }: World, request: ExecRequest, signal?: AbortSignal): Promise<Ran> {
  const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  let exit: Exit | undefined;
  for await (const event of runtime.capabilities.exec.exec(request, { ...(signal && { signal }) })) {
    if (event.kind === "exit") ({ exit } = event);
    else chunks[event.stream].push(event.bytes);
  }
  return { exit, stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr) };
}
/** One that runs, and lets commands be run in it. */
async function running(world: World, more: Partial<TaskSpec> = enabled): Promise<TaskSpec> {
  const spec = world.task("sleep 60", more);
  await world.runtime.start(spec);
  await expect.poll(() => world.runtime.inspect(spec.id), { timeout: 30_000 }).toMatchObject({ state: { phase: "running" } });
  return spec;
}
const typed = async function* (...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
};
/** Every byte, those that are no text included, and what agents make something else of. */
const bytes = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), Buffer.from("\uFFFD\x11\x13\xff\xe6")]);

const withFaults = (...faults: readonly FaultRule[]): Promise<World> => World.open({ faults });
const session = (kind: `ecs:session-${string}`, details: Record<string, number> = {}): FaultRule => ({
  operation: "ecs:ExecuteCommand",
  fault: { kind, ...details },
});

describe.runIf(docker)("commands in containers (requires docker)", async () => {
  const harness = await ecsHarness({ engine: docker ? "docker" : "process" });
  afterAll(() => harness.close());
  testCases(
    conformanceTests(harness).filter(({ name }) => name.startsWith("sessions exec")),
    120_000,
  );
  test("bytes go in and come out as they are, through a terminal and an agent that knows text alone", async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    const many = Buffer.concat(Array.from({ length: 400 }, () => bytes));
    const ran = await exec(world, { id, command: ["sh", "-c", "cat; cat /bin/busybox >&2"], input: typed(bytes, many) });
    expect(ran.stdout.equals(Buffer.concat([bytes, many]))).toBe(true);
    expect(ran.stderr.length).toBeGreaterThan(500_000);
    expect(ran.exit).toMatchObject({ code: 0 });
  }, 60_000);
  test("both outputs at once, and much of both, do not mix", async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    const command = ["sh", "-c", "head -c 3000000 /dev/zero & tr '\\0' x < /dev/zero | head -c 3000000 >&2; wait"];
    const { stdout, stderr } = await exec(world, { id, command });
    expect(stdout.equals(Buffer.alloc(3_000_000))).toBe(true);
    expect(stderr.equals(Buffer.alloc(3_000_000, "x"))).toBe(true);
  }, 60_000);
  test("a reader that is slow holds the program, and loses nothing", async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    // Without an end, until it is told of one.
    const script = "until [ -e /tmp/enough ]; do head -c 100000 /dev/zero; echo >> /tmp/rounds; done; wc -l < /tmp/rounds >&2";
    const look = async (...command: readonly string[]) => String((await exec(world, { id, command })).stdout);
    let [length, rounds] = [0, ""];
    for await (const event of world.runtime.capabilities.exec.exec({ id, command: ["sh", "-c", script] })) {
      if (event.kind !== "output") continue;
      if (event.stream === "stderr") rounds += Buffer.from(event.bytes).toString();
      else length += event.bytes.length;
      if (length > event.bytes.length) continue;
      const settled = async (): Promise<boolean> => {
        const before = await look("cat", "/tmp/rounds");
        await new Promise((resolve) => setTimeout(resolve, 500));
        return before !== "" && before === (await look("cat", "/tmp/rounds"));
      };
      await expect.poll(settled, { timeout: 45_000 }).toBe(true);
      await look("touch", "/tmp/enough");
    }
    expect(length).toBe(Number(rounds) * 100_000);
  }, 60_000);
  test.each([undefined, { columns: 80, rows: 24 }])(
    "nothing of a command is left when it has ended, terminal: %j",
    async (tty) => {
      await using world = await World.open({ engine: "docker" });
      const { id } = await running(world);
      await exec(world, { id, command: ["true", "left-over"], ...(tty && { tty }) });
      // Whoever looks does not find itself.
      const command = ["sh", "-c", "ps -o args | grep -c '[l]eft-over'"];
      await expect.poll(async () => String((await exec(world, { id, command })).stdout), { timeout: 30_000 }).toBe("0\n");
    },
    60_000,
  );
  test("Ctrl-C ends the program and not what tells of it", async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    const input = async function* (): AsyncGenerator<Uint8Array> {
      await new Promise((resolve) => setTimeout(resolve, 300));
      yield Buffer.from([3]);
    };
    const ran = await exec(world, { id, command: ["sleep", "50"], tty: { columns: 80, rows: 24 }, input: input() });
    expect(ran.exit).toMatchObject({ code: 130 });
  }, 60_000);
  test("a program that reads nothing of what is typed, or stops, ends all the same", async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    const input = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(30_000, "typed ");
    };
    const ran = await exec(world, { id, command: ["sh", "-c", "head -c 5; exit 4"], input: input() });
    expect([ran.exit?.code, ran.stdout.toString()]).toEqual([4, "typed"]);
    const silent: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    expect((await exec(world, { id, command: ["false"], input: silent })).exit).toMatchObject({ code: 1 });
  }, 60_000);
});

describe("words and surroundings", () => {
  test("awkward words stay what they are", async () => {
    await using world = await World.open();
    const { id } = await running(world);
    const words = ["", " ", "a b", "'", "''", '"', "\\", "\\\\'", "$HOME", "`id`", "$(id)", "#x", "{{command}}", "{{{", "~", "*"];
    const more = ["-n", "line\nline", "tab\t", "日本 🚢", "\r", "a=b", ";exit 9;", "|", "&", "\u0001\u0002", "%s\\n", "!!"];
    const command = ["printf", "%s\\0", ...words, ...more];
    const { stdout, exit } = await exec(world, { id, command, env: { "A B": "it's", C: "{{ssm:x}} $C" } });
    expect(stdout.toString()).toBe([...words, ...more].map((word) => `${word}\0`).join(""));
    expect(exit).toMatchObject({ code: 0 });
    const { stdout: seen } = await exec(world, { id, command: ["sh", "-c", 'printf %s "$C"'], env: { C: "{{ssm:x}} $C '" } });
    expect(seen.toString()).toBe("{{ssm:x}} $C '");
    for (const { command: sent } of world.sent<{ command: string }>("ecs:ExecuteCommand")) expect(sent).not.toContain("{{");
  });
  test("a folder to work in, and one that is not there", async () => {
    await using world = await World.open();
    const { id } = await running(world);
    expect((await exec(world, { id, command: ["pwd"], workingDirectory: "/tmp" })).stdout.toString()).toBe("/tmp\n");
    const { exit, stderr } = await exec(world, { id, command: ["pwd"], workingDirectory: "/no such" });
    expect(exit?.code).not.toBe(0);
    expect(stderr.toString()).toMatch(/no such/);
  });
  test("a program of the name of something in the shell is still the program", async () => {
    await using world = await World.open();
    const { id } = await running(world);
    expect((await exec(world, { id, command: ["say", "x"] })).exit).toMatchObject({ code: 127 });
  });
  test("output that looks like the end is no end", async () => {
    await using world = await World.open();
    const { id } = await running(world);
    const script = `tr '\\0' '\\n' < /proc/$PPID/cmdline; printf '\\001%032dc0\\002' 7; exit 5`;
    for (const tty of [undefined, { columns: 80, rows: 24 }]) {
      const { exit, stdout } = await exec(world, { id, command: ["sh", "-c", script], ...(tty && { tty }) });
      expect(exit).toMatchObject({ code: 5 });
      expect(stdout.toString().endsWith("00007c0\u0002")).toBe(true);
    }
  });
  test("a code that nobody knows is none", async () => {
    await using world = await World.open();
    const { id } = await running(world);
    for (const tty of [undefined, { columns: 80, rows: 24 }]) {
      const unknown = exec(world, { id, command: ["sh", "-c", "kill -9 $PPID"], ...(tty && { tty }) });
      await expect(unknown).rejects.toMatchObject({ code: "unavailable", retryable: false });
    }
  });
  test("an instance of a service, by its name", async () => {
    await using world = await World.open();
    const service = { ...world.task("sleep 60", enabled), kind: "service", replicas: 2 } as const;
    await world.runtime.start(service);
    await expect.poll(() => world.runtime.inspect(service.id), { timeout: 30_000 }).toMatchObject({ state: { ready: 2 } });
    const seen = await world.runtime.inspect(service.id);
    const names = seen.kind === "service" ? seen.state.instances.map(({ instance }) => instance) : [];
    for (const instance of names) await exec(world, { id: service.id, instance, command: ["true"] });
    const asked = world.sent<{ task: string }>("ecs:ExecuteCommand").map(({ task }) => task.split("/").at(-1));
    expect(asked).toEqual(names);
    const nobody = exec(world, { id: service.id, instance: "nobody", command: ["true"] });
    await expect(nobody).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("a channel on which things go wrong", () => {
  test.each([
    session("ecs:session-lose", { every: 7 }),
    session("ecs:session-miss", { every: 5 }),
    session("ecs:session-repeat"),
    session("ecs:session-shuffle"),
    session("ecs:session-no-handshake"),
  ])(
    "$fault.kind: all arrives, once and in order",
    async (rule) => {
      await using world = await withFaults(rule);
      const { id } = await running(world);
      const text = Array.from({ length: 1500 }, (_, line) => `line ${line}\n`).join("");
      const ran = await exec(world, { id, command: ["sh", "-c", "cat; exit 6"], input: typed(Buffer.from(text), bytes) });
      expect(ran.stdout.equals(Buffer.concat([Buffer.from(text), bytes]))).toBe(true);
      expect(ran.exit).toMatchObject({ code: 6 });
    },
    60_000,
  );
  test("a connection that breaks is an error, and no code; the task lives on", async () => {
    await using world = await withFaults(session("ecs:session-drop", { messages: 20 }));
    const { id } = await running(world);
    const broken = exec(world, { id, command: ["sh", "-c", "while echo more; do sleep 0.01; done"] });
    await expect(broken).rejects.toMatchObject({
      code: "unavailable",
      retryable: false,
      message: expect.stringMatching(/broke/),
    });
    expect(await world.runtime.inspect(id)).toMatchObject({ state: { phase: "running" } });
  });
  test("an answer that is lost runs nothing twice", async () => {
    // Without a handshake, an agent begins whether anybody comes or not.
    const lost = { operation: "ecs:ExecuteCommand", fault: { kind: "lose-reply" }, times: 1 } as const;
    await using world = await withFaults(lost, session("ecs:session-no-handshake"));
    const { id } = await running(world);
    const file = `/tmp/${world.owner}`;
    await exec(world, { id, command: ["sh", "-c", `echo once >> ${file}`] });
    expect(world.sent("ecs:ExecuteCommand")).toHaveLength(2);
    expect((await exec(world, { id, command: ["sh", "-c", `cat ${file}; rm ${file}`] })).stdout.toString()).toBe("once\n");
  });
});

describe("what cannot be done is refused, and says what would be right", () => {
  test("a workload that was started without it", async () => {
    await using world = await World.open();
    const { id } = await running(world, {});
    const refused = exec(world, { id, command: ["true"] });
    await expect(refused).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/options\.ecs\.executeCommand/),
    });
    expect(world.sent("ecs:ExecuteCommand")).toEqual([]);
  });
  test("an agent that does not answer", async () => {
    const fault = { kind: "aws:error", code: "TargetNotConnectedException" } as const;
    await using world = await withFaults({ operation: "ecs:ExecuteCommand", fault });
    const { id } = await running(world);
    const refused = exec(world, { id, command: ["true"] });
    await expect(refused).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/task role.*ssmmessages/),
    });
  });
  test("a cluster whose sessions are encrypted", async () => {
    await using world = await World.open();
    const configuration = { executeCommandConfiguration: { kmsKeyId: "alias/key" } };
    await world.bed.ecs.send(new UpdateClusterCommand({ cluster: "default", configuration }));
    const { id } = await running(world);
    const refused = exec(world, { id, command: ["true"] });
    await expect(refused).rejects.toMatchObject({ code: "unsupported", message: expect.stringMatching(/kmsKeyId/) });
  });
  test.each([
    [{ user: "1000" }, /as root/],
    [{ command: ["a\0b"] }, /NUL/],
  ])("%j", async (more, message) => {
    await using world = await World.open();
    const { id } = await running(world);
    const refused = exec(world, { id, command: ["true"], ...more });
    await expect(refused).rejects.toMatchObject({ code: "unsupported", message: expect.stringMatching(message) });
  });
  test.each([
    [["sh"], /needs sh in the image/],
    [["base64"], /has no base64/],
    [["dd"], /has no dd/],
  ])("an image without %j", async (missing, message) => {
    await using world = await World.open();
    const folder = await world.programs(["sh", "dd", "base64", "sleep", "stty", "true"].filter((one) => !missing.includes(one)));
    const { id } = await running(world, { ...enabled, env: { PATH: folder }, command: [`${folder}/sleep`, "60"] });
    const refused = exec(world, { id, command: ["true"] });
    await expect(refused).rejects.toMatchObject({ code: "invalid-argument", message: expect.stringMatching(message) });
  });
});
