import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ContainerLog } from "../src/aci/container-log.ts";
import type { EngineOutput } from "../src/engine.ts";
import { AciBed, groupOf, refusal, Socket, until } from "./aci-kit.ts";

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

async function* saying(...pieces: readonly (readonly [EngineOutput["stream"], string, number?])[]): AsyncGenerator<EngineOutput> {
  for (const [stream, text, at = 1_000_000] of pieces) yield { stream, bytes: Buffer.from(text), at };
}

test("4 MB of a container that runs, 16 KB of one that has ended", async () => {
  await using bed = await AciBed.start();
  const line = "x".repeat(kibibyte - 9);
  await bed.create(
    "job",
    groupOf(`n=1000000; while [ $n -lt 1005000 ]; do echo $n-${line}; n=$((n + 1)); done; echo over; sleep 300`),
  );
  const whole = await until(
    () => bed.logs("job"),
    (text) => text.endsWith("over\n"),
  );
  expect(whole.length).toBeLessThanOrEqual(4 * mebibyte);
  expect(whole.length).toBeGreaterThan(4 * mebibyte - 2 * kibibyte);
  const numbers = whole
    .split("\n")
    .slice(0, -2)
    .map((text) => Number(text.slice(0, 7)));
  expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 1_005_000 - numbers.length + index));
  await bed.stop("job");
  const rest = await bed.logs("job");
  expect(rest.length).toBeLessThanOrEqual(16 * kibibyte);
  expect(rest.length).toBeGreaterThan(14 * kibibyte);
  expect(whole.endsWith(rest)).toBe(true);
});

test("10 MB in a few seconds by a task that then ends: what is left are the last 16 KB", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("head -c 10000000 /dev/zero | tr '\\0' x | fold -w 99; echo; echo over"));
  const during = new Set<number>();
  for (let state: string | undefined = "Running"; state === "Running"; { state } = await bed.view("job"))
    during.add((await bed.logs("job")).length);
  expect(await bed.ended("job")).toMatchObject({ state: "Succeeded" });
  expect(Math.max(...during)).toBeLessThanOrEqual(4 * mebibyte);
  const text = await bed.logs("job");
  expect(text.length).toBeLessThanOrEqual(16 * kibibyte);
  expect(/^(x{99}\n){150,}/.test(text)).toBe(true);
  expect(text.endsWith("x\nover\n")).toBe(true);
});

test("a container that has ended has said all that it says, also what it left behind says for a moment", async () => {
  await using bed = await AciBed.start();
  const left =
    'f=$(mktemp -u); setsid sh -c "touch $f; sleep 0.5; echo late" & until [ -e $f ]; do sleep 0.05; done; rm $f; echo now';
  await bed.create("job", groupOf(left));
  await bed.until("job", ({ containers: [main] }) => main?.state === "Terminated");
  expect(await bed.logs("job")).toBe("now\nlate\n");
});

test("1,000 lines of a container that has ended, and so many of them as are asked for", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("n=0; while [ $n -lt 1200 ]; do echo $n; n=$((n + 1)); done; printf last"));
  await bed.ended("job");
  const lines = (await bed.logs("job")).split("\n");
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([1000, "201", "last"]);
  expect(await bed.logs("job", { tail: 3 })).toBe("1198\n1199\nlast");
  expect(await bed.logs("job", { tail: 5000 })).toBe(lines.join("\n"));
  await expect(bed.logs("job", { tail: 0 })).rejects.toEqual(refusal(400, "InvalidLogTail"));
  await expect(bed.logs("job", { container: "other" })).rejects.toEqual(refusal(404, "ContainerNotFound"));
});

test("each line has a time of its own, later than that of the one before", async () => {
  const log = new ContainerLog();
  await log.write(saying(["stdout", "one\ntw"], ["stderr", "err\n"], ["stdout", "o\n", 1_000_001], ["stdout", "rest", 999_999]));
  expect(log.read({})).toBe("one\nerr\ntwo\nrest");
  expect(log.read({ timestamps: true }).split("\n")).toEqual([
    "1970-01-01T00:16:40.000000000Z one",
    "1970-01-01T00:16:40.000000001Z err",
    "1970-01-01T00:16:40.001000000Z two",
    "1970-01-01T00:16:40.001000001Z rest",
  ]);
  expect(log.read({ before: 1_000_000 })).toBe("one\nerr\n");
});

test("a character is never cut in two, and a line that alone is too long is not shown", async () => {
  const log = new ContainerLog();
  await log.write(saying(["stdout", "é"], ["stdout", `${"é".repeat(10_000)}\nshort\n`]));
  log.shrink();
  expect(log.read({})).toBe("short\n");
});

test("whoever attaches hears what is said from then on, and needs the password", async () => {
  const folder = await mkdtemp(join(tmpdir(), "longshore-test-"));
  const go = join(folder, "go");
  await using bed = await AciBed.start();
  await bed.create("job", groupOf(`echo before; while [ ! -e ${go} ]; do sleep 0.05; done; echo after; echo wrong >&2`));
  await until(() => bed.logs("job"), Boolean);
  const { webSocketUri, password } = await bed.client.containers.attach("tests", "job", "main");
  expect(webSocketUri).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/logstream\/sessionId\//);
  await expect(new Socket(webSocketUri!).opened).rejects.toThrow("401");
  const socket = new Socket(webSocketUri!, undefined, { authorization: password! });
  await socket.opened;
  await expect(new Socket(webSocketUri!, undefined, { authorization: password! }).opened).rejects.toThrow("404");
  const shell = await bed.exec("job", "sh");
  shell.send(`touch ${go}; exit\n`);
  expect([await shell.closed, await socket.closed]).toEqual([1000, 1000]);
  expect(socket.text).toBe("after\nwrong\n");
  await rm(folder, { recursive: true });
  await expect(bed.attach("job")).rejects.toEqual(refusal(409, "ContainerNotRunning"));
  await expect(bed.exec("job", "sh")).rejects.toEqual(refusal(409, "ContainerNotRunning"));
});

test("an exec needs the password first, and its command is one program without arguments", async () => {
  await using bed = await AciBed.start();
  await bed.create("job", groupOf("sleep 300"));
  const { webSocketUri } = await bed.client.containers.executeCommand("tests", "job", "main", { command: "sh" });
  const stranger = new Socket(webSocketUri!);
  await stranger.opened;
  stranger.send("guessed");
  expect([await stranger.closed, stranger.text]).toEqual([1008, ""]);
  const words = await bed.exec("job", "echo hello");
  expect(await words.closed).toBe(1000);
  expect(words.text).toMatch(/exec failed.*"echo hello".*not found/);
  const shell = await bed.exec("job", "sh");
  shell.send("echo $$; exec sleep 300\n");
  const pid = Number(await shell.shows("\n"));
  expect(process.kill(pid, 0)).toBe(true);
  shell.close();
  await until(
    async () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    },
    (runs) => !runs,
  );
});
