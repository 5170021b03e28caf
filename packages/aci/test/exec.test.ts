import { existsSync } from "node:fs";
import type { ExecRequest, Exit, TaskSpec } from "@longshore/core";
import { expect, test } from "vitest";
import { toTypedLines } from "../src/type-command-line.ts";
import { World } from "./world.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;
const engines = docker ? (["docker", "process"] as const) : (["process"] as const);
const inContainers = test.runIf(docker);
const terminal = { columns: 80, rows: 24 };

interface Ran {
  readonly exit: Exit | undefined;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
async function exec({ runtime }: World, request: ExecRequest): Promise<Ran> {
  const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  let exit: Exit | undefined;
  for await (const event of runtime.capabilities.exec.exec(request)) {
    if (event.kind === "exit") ({ exit } = event);
    else chunks[event.stream].push(event.bytes);
  }
  return { exit, stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr) };
}
/** One that runs. */
async function running(world: World, script = "sleep 300", more: Partial<TaskSpec> = {}): Promise<TaskSpec> {
  const spec = world.task(script, more);
  await world.runtime.start(spec);
  await expect.poll(() => world.runtime.inspect(spec.id), { timeout: 30_000 }).toMatchObject({ state: { phase: "running" } });
  return spec;
}
const typed = async function* (...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
};
/** A terminal echoes what is typed when it comes: at once it would be before the program. */
const typedLater = async function* (text: string): AsyncGenerator<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  yield Buffer.from(text);
};
/** Every byte, those that are no text included, and keys that terminals heed. */
const bytes = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), Buffer.from("\uFFFD\x11\x13\xff\xe6")]);
const awkward = [
  "",
  " ",
  "a b",
  "'",
  '"',
  "\\",
  "\\0101",
  "$HOME",
  "`id`",
  "$(id)",
  "{{x}}",
  "~",
  "*",
  "-n",
  "line\nline\n",
  "\r",
  "!!",
];
const keys = ["\u0003", "\u0004", "\u0011\u0013", "\t", "\u007f", "日本 🚢", "%s\\n", "."];

test("what is typed holds nothing that a terminal heeds, and no long line", () => {
  const lines = toTypedLines(`${bytes.toString("latin1")}\\${"long ".repeat(2000)}`);
  expect(lines.filter((line) => !/^[\x20-\x7e]{0,500}$/.test(line))).toEqual([]);
  expect(lines.at(-1)).toBe(".");
  // No escape is cut in two.
  expect(lines.filter((line) => /(?<!\\)(\\\\)*(\\|\\0[0-7]{0,2})$/.test(line))).toEqual([]);
});

test.each(engines)(
  "words stay what they are, however long and whatever is in them: %s",
  async (engine) => {
    await using world = await World.open({ engine });
    const { id } = await running(world);
    const words = [...awkward, ...keys, "long 日".repeat(3000)];
    const { stdout, exit } = await exec(world, { id, command: ["printf", "%s\\0", ...words], env: { A: "it's" } });
    expect(stdout.toString()).toBe(words.map((word) => `${word}\0`).join(""));
    expect(exit).toMatchObject({ code: 0 });
    const seen = await exec(world, {
      id,
      command: ["sh", "-c", 'printf %s "$A"; pwd >&2'],
      env: { A: "\t'" },
      workingDirectory: "/tmp",
    });
    expect([seen.stdout.toString(), seen.stderr.toString()]).toEqual(["\t'", "/tmp\n"]);
  },
  60_000,
);

inContainers(
  "bytes go in and come out as they are, and the outputs apart, although there is a terminal",
  async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    const many = Buffer.concat(Array.from({ length: 400 }, () => bytes));
    const ran = await exec(world, { id, command: ["sh", "-c", "cat; cat /bin/busybox >&2; exit 6"], input: typed(bytes, many) });
    expect(ran.stdout.equals(Buffer.concat([bytes, many]))).toBe(true);
    expect(ran.stderr.length).toBeGreaterThan(500_000);
    expect(ran.exit).toMatchObject({ code: 6 });
  },
  60_000,
);

inContainers(
  "a terminal is of the size that was asked for, echoes, and shows nothing of what was typed before",
  async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    const tty = { columns: 101, rows: 33 };
    const command = ["sh", "-c", "stty size; read -r line; echo got $line; exit 7"];
    const ran = await exec(world, { id, command, tty, input: typedLater("typed\n") });
    expect([ran.stdout.toString(), ran.exit?.code]).toEqual(["33 101\r\ntyped\r\ngot typed\r\n", 7]);
  },
  60_000,
);

inContainers(
  "Ctrl-C ends the program and not what tells of it",
  async () => {
    await using world = await World.open({ engine: "docker" });
    const { id } = await running(world);
    const ran = await exec(world, { id, command: ["sleep", "50"], tty: terminal, input: typedLater("\u0003") });
    expect(ran.exit).toMatchObject({ code: 130 });
  },
  60_000,
);

inContainers(
  "a reader that is slow holds the program, and loses nothing",
  async () => {
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
  },
  60_000,
);

test("a connection that breaks is an error, and no code; the task lives on", async () => {
  const fault = { kind: "aci:break-socket", afterBytes: 5000 } as const;
  await using world = await World.open({ faults: [{ operation: "aci:ExecuteCommand", fault }] });
  const { id } = await running(world);
  const broken = exec(world, { id, command: ["sh", "-c", "while echo more; do sleep 0.01; done"] });
  await expect(broken).rejects.toMatchObject({ code: "unavailable", retryable: false, message: expect.stringMatching(/broke/) });
  expect(await world.runtime.inspect(id)).toMatchObject({ state: { phase: "running" } });
});

test("an answer that is lost runs nothing twice", async () => {
  const lost = { operation: "aci:ExecuteCommand", fault: { kind: "lose-reply" }, times: 1 } as const;
  await using world = await World.open({ faults: [lost] });
  const { id } = await running(world);
  const file = `/tmp/${world.owner}`;
  await exec(world, { id, command: ["sh", "-c", `echo once >> ${file}`] });
  expect(world.calls("ExecuteCommand")).toBe(2);
  expect((await exec(world, { id, command: ["sh", "-c", `cat ${file}; rm ${file}`] })).stdout.toString()).toBe("once\n");
});

test("an attach that breaks is no end", async () => {
  const fault = { kind: "aci:break-socket", afterBytes: 20 } as const;
  await using world = await World.open({ faults: [{ operation: "aci:Attach", fault }] });
  const { id } = await running(world, "while echo tick; do sleep 0.05; done");
  const said: Uint8Array[] = [];
  const broken = async (): Promise<void> => {
    for await (const chunk of world.runtime.capabilities.attach.attach({ id })) said.push(chunk.bytes);
  };
  await expect(broken()).rejects.toMatchObject({ code: "unavailable" });
  expect(Buffer.concat(said).toString()).toBe("tick\ntick\ntick\ntick\n");
});

test.each([
  ["exec", { user: "1000" }, "unsupported", /program's user/],
  ["exec", { command: ["a\0b"] }, "unsupported", /NUL/],
  ["exec", { instance: "nobody" }, "not-found", /nobody/],
  ["attach", { input: typed() }, "unsupported", /no input/],
] as const)("refused: %s with %j", async (verb, more, code, message) => {
  await using world = await World.open();
  const { id } = await running(world);
  const { exec: one, attach: other } = world.runtime.capabilities;
  const events = verb === "exec" ? one.exec({ id, command: ["true"], ...more }) : other.attach({ id, ...more });
  await expect(Array.fromAsync<unknown>(events)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("an image without a shell", async () => {
  await using world = await World.open();
  const { id } = await running(world, "", { entrypoint: ["/bin/sleep"], command: ["60"], env: { PATH: "/nowhere" } });
  const refused = exec(world, { id, command: ["true"] });
  await expect(refused).rejects.toMatchObject({
    code: "invalid-argument",
    message: expect.stringMatching(/needs sh in the image/),
  });
});
