import { connect, createServer, type Server, type Socket } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogCursor, LogRecord } from "@longshore/core";
import { afterAll, beforeEach, expect, test } from "vitest";
import { cleanUp, needEngine, open, sh, someOwner, texts } from "./kit.ts";

const who = someOwner();
beforeEach(needEngine);
afterAll(() => cleanUp(who));

/** Between the client and the engine's socket; `cut` breaks whatever is open at that moment. */
interface Cutter extends AsyncDisposable {
  readonly host: string;
  readonly cut: () => number;
  /** Connections that are open now, idle ones too. */
  readonly count: () => number;
}
async function cutter(): Promise<Cutter> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-proxy-"));
  const open = new Set<Socket>();
  const server: Server = createServer((client) => {
    const engine = connect("/var/run/docker.sock");
    for (const socket of [client, engine]) {
      open.add(socket.on("error", () => {}).on("close", () => open.delete(socket)));
    }
    client.on("close", () => engine.destroy());
    engine.on("close", () => client.destroy());
    client.pipe(engine).pipe(client);
  });
  const path = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    count: () => open.size / 2,
    cut() {
      const count = open.size / 2;
      for (const socket of open) socket.destroy();
      return count;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
const numbers = (count: number, prefix: string): readonly string[] =>
  Array.from({ length: count }, (_, n) => `${prefix} ${n + 1}`);
const linesOf = (records: readonly LogRecord[], stream: string): readonly string[] =>
  records.flatMap((record) => ("text" in record && record.stream === stream ? [record.text] : []));

test("with the connection cut five times while it is read, each line comes once, in order per stream", async () => {
  await using proxy = await cutter();
  await using runtime = await open(who, { host: proxy.host });
  const script =
    "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo out $i; echo err $i >&2; [ $((i%100)) = 0 ] && sleep 0.1; done; exit 4";
  const spec = sh("cuts", script);
  await runtime.start(spec);
  let cuts = 0;
  const timer = setInterval(() => {
    if (cuts < 5) cuts += proxy.cut() > 0 ? 1 : 0;
  }, 400);
  const waiting = runtime.wait(spec.id);
  const records = await Array.fromAsync(runtime.logs(spec.id, { follow: true }));
  clearInterval(timer);
  expect(await waiting).toMatchObject({ outcome: "failed", exit: { code: 4 } });
  expect(cuts).toBe(5);
  expect(linesOf(records, "stdout")).toEqual(numbers(3000, "out"));
  expect(linesOf(records, "stderr")).toEqual(numbers(3000, "err"));
  expect(records.length).toBe(6000);
});

test("any cursor goes on with the next line in another process", async () => {
  await using runtime = await open(who);
  const spec = sh("cursors", "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo out $i; echo err $i >&2; done; printf tail");
  await runtime.run(spec).result;
  const whole = await Array.fromAsync(runtime.logs(spec.id));
  expect(whole.length).toBe(401);
  await using other = await open(who);
  for (const at of [0, 1, 57, 200, 399, 400]) {
    const cursor = whole[at]?.cursor as LogCursor;
    const rest = await Array.fromAsync(other.logs(spec.id, { cursor, follow: true }));
    for (const stream of ["stdout", "stderr"]) expect(linesOf(rest, stream)).toEqual(linesOf(whole.slice(at + 1), stream));
  }
});

test("a line longer than the engine's entries is one line, with no time inside it; a tail without newline is kept", async () => {
  await using runtime = await open(who);
  const spec = sh("long", "yes x | tr -d '\\n' | head -c 50000; echo; printf end");
  await runtime.run(spec).result;
  expect(await texts(runtime, spec.id)).toEqual(["x".repeat(50_000), "end"]);
});

test("a terminal's output is raw, also where it looks like JSON", async () => {
  await using runtime = await open(who);
  const spec = sh("tty", "echo '{\"status\":\"ok\"}'; yes y | tr -d '\\n' | head -c 20000; echo", { tty: true });
  await runtime.run(spec).result;
  expect((await texts(runtime, spec.id, false)).map((text) => text.replace("\r", ""))).toEqual([
    '{"status":"ok"}',
    "y".repeat(20_000),
  ]);
});

test("the last lines of a program that ends at once are there; tail shows the end only, and follows on from it", async () => {
  await using runtime = await open(who);
  const spec = sh("fast", "for i in 1 2 3 4 5; do echo $i; done");
  const seen: string[] = [];
  for await (const update of runtime.run(spec))
    if (update.kind === "log" && "text" in update.record) seen.push(update.record.text);
  expect(seen).toEqual(["1", "2", "3", "4", "5"]);
  const tail = await Array.fromAsync(runtime.logs(spec.id, { tail: 2, follow: true }));
  expect(tail.map((record) => "text" in record && record.text)).toEqual(["4", "5"]);
});

test("waits survive a cut of the events' stream, and learn of the end at once", async () => {
  await using proxy = await cutter();
  await using runtime = await open(who, { host: proxy.host });
  const spec = sh("events", "sleep 1.5; exit 5");
  await runtime.start(spec);
  const waiting = runtime.wait(spec.id);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(proxy.cut()).toBeGreaterThan(0);
  expect(await waiting).toMatchObject({ exit: { code: 5 } });
});

test("leaving a loop frees the connection", async () => {
  await using proxy = await cutter();
  await using runtime = await open(who, { host: proxy.host });
  const spec = sh("leave", "echo up; sleep 30");
  await runtime.start(spec);
  let during = 0;
  for await (const _up of runtime.logs(spec.id, { follow: true })) {
    during = proxy.count();
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(proxy.count(), "what is left waits for the next request").toBe(during - 1);
  await runtime.remove(spec.id);
});
