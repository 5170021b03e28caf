import { createHash, randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ExecRequest, Keystrokes, Runtime, WorkloadId } from "@longshore/core";
import type { DockerCapabilities } from "@longshore/docker";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { cuttingProxy } from "./cutting-proxy.ts";
import { cleanUp, native, needEngine, open, sh, someOwner } from "./kit.ts";

type DockerRuntime = Runtime<DockerCapabilities>;
interface Ran {
  readonly code?: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
const who = someOwner();
beforeEach(needEngine);
afterAll(() => cleanUp(who));

const started = async (runtime: DockerRuntime, name: string): Promise<WorkloadId> =>
  (await runtime.start(sh(name, "sleep 600"))).id;
async function exec(runtime: DockerRuntime, request: ExecRequest, onChunk?: (all: Buffer) => unknown): Promise<Ran> {
  const chunks = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  let code: number | undefined;
  for await (const event of runtime.capabilities.exec.exec(request)) {
    if (event.kind === "exit") ({ code } = event.exit);
    else {
      chunks[event.stream].push(event.bytes);
      await onChunk?.(Buffer.concat(chunks.stdout));
    }
  }
  const [stdout, stderr] = [Buffer.concat(chunks.stdout), Buffer.concat(chunks.stderr)];
  return { stdout, stderr, ...(code !== undefined && { code }) };
}
const script = (text: string): readonly string[] => ["sh", "-c", text];
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
async function* of(...parts: readonly (Keystrokes | string | Promise<unknown>)[]): AsyncGenerator<Keystrokes, void, void> {
  for (const part of parts) {
    if (part instanceof Promise) await part;
    else yield typeof part === "string" ? Buffer.from(part) : part;
  }
}
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await pause(50);
};

describe("exec", () => {
  test("output of 32 MiB is whole, and waits for a slow reader instead of piling up", async () => {
    await using runtime = await open(who);
    const id = await started(runtime, "much");
    const size = 32 * 1024 * 1024;
    const command = script(`yes 0123456789abcdef | head -c ${size}; touch /tmp/done`);
    const hash = createHash("sha256");
    let [length, held] = [0, 0];
    const before = process.memoryUsage().arrayBuffers;
    for await (const event of runtime.capabilities.exec.exec({ id, command })) {
      if (event.kind === "exit") {
        expect(event.exit.code).toBe(0);
        continue;
      }
      if (length === 0) {
        await pause(1500);
        held = process.memoryUsage().arrayBuffers - before;
        expect((await exec(runtime, { id, command: ["test", "-e", "/tmp/done"] })).code, "the program waits").toBe(1);
      }
      hash.update(event.bytes);
      length += event.bytes.length;
    }
    expect(length).toBe(size);
    expect(hash.digest("hex")).toBe(digest(Buffer.alloc(size, "0123456789abcdef\n")));
    expect(held).toBeLessThan(size / 8);
  });

  test("input of any bytes comes back from cat as it was, stdout and stderr apart", async () => {
    await using runtime = await open(who);
    const id = await started(runtime, "bytes");
    const parts = Array.from({ length: 64 }, (_, n) => randomBytes(n * 4099));
    const ran = await exec(runtime, { id, command: script("cat; echo aside >&2; exit 7"), input: of(...parts) });
    expect([ran.code, ran.stderr.toString(), ran.stdout.length]).toEqual([7, "aside\n", Buffer.concat(parts).length]);
    expect(digest(ran.stdout)).toBe(digest(Buffer.concat(parts)));
  });

  test("input is taken no faster than it is read, and let go of when the command ends", async () => {
    await using runtime = await open(who);
    const id = await started(runtime, "unread");
    let [taken, left] = [0, false];
    async function* endless(): AsyncGenerator<Keystrokes, void, void> {
      try {
        for (;;) {
          taken += 65_536;
          yield Buffer.alloc(65_536, "x\n");
        }
      } finally {
        left = true;
      }
    }
    // Takes a piece of it, and prints more than the reader has room for.
    const command = script("head -n 1 >/dev/null; head -c 300000 /dev/zero; exit 4");
    for (let round = 0; round < 6; round++) {
      [taken, left] = [0, false];
      const ran = await exec(runtime, { id, command, input: endless() }, () => pause(30));
      expect([ran.code, ran.stdout.length]).toEqual([4, 300_000]);
      // The connection's end tells whoever writes, a moment later.
      await vi.waitFor(() => expect(left).toBe(true), { timeout: 10_000 });
      expect(taken).toBeLessThan(4_000_000);
    }
  });

  test("what the input throws ends the command's connection, and is what the caller hears", async () => {
    await using runtime = await open(who);
    const id = await started(runtime, "throws");
    async function* input(): AsyncGenerator<Keystrokes, void, void> {
      yield Buffer.from("first\n");
      throw new Error("the input broke");
    }
    await expect(exec(runtime, { id, command: ["cat"], input: input() })).rejects.toThrow(/the input broke/);
  });

  test("a terminal has its size from the start, its new size at once, and every key arrives", async () => {
    await using runtime = await open(who);
    const id = await started(runtime, "terminal");
    const [sized, resized] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const command = script(`
      until [ "$(stty size)" = "24 71" ]; do sleep 0.1; done; echo sized
      until [ "$(stty size)" = "50 99" ]; do sleep 0.1; done
      stty -icanon -echo -isig -ixon; echo resized; dd bs=1 count=4 2>/dev/null | od -An -tx1`);
    const input = of(sized.promise, { columns: 99, rows: 50 }, resized.promise, Buffer.from([16, 17, 3, 255]));
    const ran = await exec(runtime, { id, command, tty: { columns: 71, rows: 24 }, input }, (all) => {
      if (all.includes("sized")) sized.resolve();
      if (all.includes("resized")) resized.resolve();
    });
    expect(ran.stdout.toString()).toContain("10 11 03 ff");
    expect([ran.code, ran.stderr.length]).toEqual([0, 0]);
  });

  test.each(["", "a line\n", "half a line"])("a terminal's input has an end: %j", async (text) => {
    await using runtime = await open(who);
    const id = await started(runtime, `end-${text.length}`);
    const command = script("cat >/tmp/read; echo; wc -c </tmp/read");
    const ran = await exec(runtime, { id, command, tty: { columns: 80, rows: 24 }, ...(text !== "" && { input: of(text) }) });
    expect([ran.code, ran.stdout.toString().trim().split("\n").at(-1)]).toEqual([0, String(text.length)]);
  });

  test("user, folder and variables are as asked, the rest the task's own", async () => {
    await using runtime = await open(who);
    const { id } = await runtime.start(
      sh("as", "sleep 600", { env: { A: "a", B: "b" }, user: "1000", workingDirectory: "/etc" }),
    );
    const command = script("id -u; pwd; echo $A $B");
    expect((await exec(runtime, { id, command })).stdout.toString()).toBe("1000\n/etc\na b\n");
    const other = { env: { B: "c" }, user: "0", workingDirectory: "/tmp" };
    expect((await exec(runtime, { id, command, ...other })).stdout.toString()).toBe("0\n/tmp\na c\n");
    const nobody = await exec(runtime, { id, command, user: "nobody-here" });
    expect(nobody.code).not.toBe(0);
    expect(nobody.stdout.toString()).toMatch(/nobody-here/);
  });

  test("a connection that ends while the command runs is a fault, not an exit code", async () => {
    await using proxy = await cuttingProxy();
    await using runtime = await open(who, { host: proxy.host });
    const id = await started(runtime, "cut");
    const ran = exec(runtime, { id, command: script("echo begun; sleep 60") }, () => proxy.cut(/exec\/.*\/start/));
    await expect(ran).rejects.toMatchObject({ code: "unavailable", retryable: false });
  });
});

describe("what a session holds", () => {
  test("an abort, or leaving the loop, frees the connection at once; the task lives on", async () => {
    await using runtime = await open(who);
    const { id } = await runtime.start(sh("held", "while :; do echo tick; sleep 0.2; done", { stdin: true, tty: true }));
    const { exec: execs, attach, stats, copy } = runtime.capabilities;
    const reason = new Error("enough");
    const forever = (): AsyncIterable<Keystrokes> => of(new Promise(() => {}));
    const sessions: Record<string, (signal: AbortSignal) => AsyncIterable<unknown>> = {
      exec: (signal) => execs.exec({ id, command: script("echo a; sleep 600"), input: forever() }, { signal }),
      terminal: (signal) => execs.exec({ id, command: ["sh"], tty: { columns: 80, rows: 24 }, input: forever() }, { signal }),
      attach: (signal) => attach.attach({ id, input: forever() }, { signal }),
      stats: (signal) => stats.stats(id, { signal }),
      copy: (signal) => copy.copyOut({ id, path: "/" }, { signal }),
    };
    const held = (): number => process.getActiveResourcesInfo().filter((kind) => /Pipe|TCP|Timeout/.test(kind)).length;
    const before = held();
    for (const [name, begin] of Object.entries(sessions)) {
      const control = new AbortController();
      // A copy would be over before; of the others a read is pending when the abort comes.
      const soon = name === "copy" ? 0 : 100;
      const reading = (async () => {
        for await (const _ of begin(control.signal)) {
          if (soon === 0) control.abort(reason);
          else void pause(soon).then(() => control.abort(reason));
        }
      })();
      await expect(reading, name).rejects.toBe(reason);
      await until(() => held() === before);
      for await (const _ of begin(new AbortController().signal)) {
        expect(held(), name).toBeGreaterThan(before);
        break;
      }
      await until(() => held() === before);
    }
    expect(await runtime.inspect(id)).toMatchObject({ state: { phase: "running" } });
  });

  test("what does not run takes no session, and says so", async () => {
    await using runtime = await open(who);
    const { exec: execs, attach, stats, copy } = runtime.capabilities;
    const { id } = await runtime.start(sh("over", "true"));
    await runtime.wait(id);
    await expect(Array.fromAsync(execs.exec({ id, command: ["true"] }))).rejects.toMatchObject({ code: "conflict" });
    await expect(Array.fromAsync(attach.attach({ id }))).rejects.toMatchObject({ code: "conflict" });
    expect(await Array.fromAsync(stats.stats(id))).toEqual([]);
    const unknown = sh("never-started", "true").id;
    for (const stream of [
      execs.exec({ id: unknown, command: ["true"] }),
      attach.attach({ id: unknown }),
      stats.stats(unknown),
      copy.copyOut({ id: unknown, path: "/" }),
      copy.copyOut({ id, instance: "another", path: "/" }),
    ] as readonly AsyncIterable<unknown>[]) {
      await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: "not-found" });
    }
  });
});

describe("attach", () => {
  const attached = async (runtime: DockerRuntime, id: WorkloadId, input?: AsyncIterable<Keystrokes>): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    const request = input === undefined ? { id } : { id, input };
    for await (const { bytes } of runtime.capabilities.attach.attach(request)) chunks.push(bytes);
    return Buffer.concat(chunks);
  };

  test("any bytes go in and come out, and the input's end is the end of the program's stdin", async () => {
    await using runtime = await open(who);
    const { id } = await runtime.start(sh("fed", "cat; exit 6", { stdin: true }));
    const parts = Array.from({ length: 20 }, () => randomBytes(20_011));
    const seen = await attached(runtime, id, of(...parts));
    expect(digest(seen)).toBe(digest(Buffer.concat(parts)));
    expect((await runtime.wait(id)).exit?.code).toBe(6);
  });

  test("of a program that ends before the engine hears of it ends as well", async () => {
    await using proxy = await cuttingProxy();
    await using runtime = await open(who, { host: proxy.host });
    await using direct = await open(who);
    const { id } = await runtime.start(sh("late", "sleep 1; echo last"));
    proxy.hold(/attach/, direct.wait(id));
    expect((await attached(runtime, id)).toString()).toBe("");
  });

  test("a terminal can be left and taken up again", async () => {
    await using runtime = await open(who);
    const loop = 'while read -r l; do [ "$l" = bye ] && break; echo "<$l>"; done; stty size';
    const { id } = await runtime.start(sh("console", loop, { stdin: true, tty: true }));
    const first = runtime.capabilities.attach.attach({ id, input: of("one\n", new Promise(() => {})) });
    let seen = "";
    for await (const { bytes } of first) if ((seen += Buffer.from(bytes).toString()).includes("<one>")) break;
    const again = await attached(runtime, id, of({ columns: 61, rows: 17 }, "two\nbye\n"));
    expect(again.toString()).toContain("<two>");
    expect(again.toString()).toContain("17 61");
    expect((await runtime.wait(id)).outcome).toBe("succeeded");
  });

  test("without input the program keeps its stdin; a program without stdin takes none", async () => {
    await using runtime = await open(who);
    const { id } = await runtime.start(sh("shared", "while read -r l; do echo $l; done; echo end", { stdin: true }));
    const watching = attached(runtime, id);
    const typing = attached(runtime, id, of(pause(300), "word\n"));
    expect([(await typing).toString(), (await watching).toString()]).toEqual(["word\nend\n", "word\nend\n"]);
    const deaf = await started(runtime, "deaf");
    await expect(attached(runtime, deaf, of("word\n"))).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

describe("stats", () => {
  test("tell a program at its limit from one that sleeps, and what it holds in memory", async () => {
    await using runtime = await open(who);
    const resources = { cpu: "200m", memory: "128Mi" } as const;
    const hold = "head -c 40000000 /dev/zero >/dev/shm/held; cat /bin/busybox >/dev/null";
    const busy = await runtime.start(
      sh("busy", `${hold}; while :; do :; done`, { resources, options: { docker: { shmSize: "64Mi" } } }),
    );
    const idle = await started(runtime, "idle");
    const sample = async (id: WorkloadId): Promise<{ readonly cpu: number; readonly memory: number }> => {
      let [count, cpu, memory] = [0, 0, 0];
      for await (const seen of runtime.capabilities.stats.stats(id)) {
        [cpu, memory] = [cpu + seen.cpu / 3, seen.memory];
        if (++count === 3) break;
      }
      return { cpu, memory };
    };
    await until(
      async () =>
        (await exec(runtime, { id: busy.id, command: ["stat", "-c", "%s", "/dev/shm/held"] })).stdout.toString() === "40000000\n",
    );
    const [much, little] = [await sample(busy.id), await sample(idle)];
    expect(much.cpu).toBeGreaterThan(20);
    expect(much.cpu).toBeLessThan(400);
    expect(much.memory).toBeGreaterThan(38);
    expect(much.memory).toBeLessThan(60);
    expect(little.cpu).toBeLessThan(20);
    expect(little.memory).toBeLessThan(20);
  });

  test("end when the container ends, and when it is taken away", async () => {
    await using runtime = await open(who);
    for (const name of ["ends", "goes"]) {
      const id = await started(runtime, name);
      let count = 0;
      for await (const seen of runtime.capabilities.stats.stats(id)) {
        expect(seen.instance).toBe(
          (await native("inspect", "-f", "{{.Id}}", `${who}-${name}`).catch(() => seen.instance)).slice(0, 12),
        );
        if (++count === 1) await (name === "ends" ? runtime.stop(id, { graceMs: 0 }) : runtime.remove(id));
      }
      expect(count).toBeGreaterThanOrEqual(1);
    }
  });
});
