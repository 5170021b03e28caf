import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, type TestContext } from "vitest";
import { needEngine, open, sh, someOwner, texts } from "./kit.ts";
import { canStartEngine, startTlsEngine, type TlsEngine } from "./tls-engine.ts";

const who = someOwner();
let engine: TlsEngine | undefined;
const able = canStartEngine();
beforeAll(async () => {
  if (await able) engine = await startTlsEngine();
});
afterAll(async () => engine?.[Symbol.asyncDispose]());
beforeEach(async (context: TestContext) => {
  await needEngine(context);
  if (!(await able)) context.skip("requires docker: only root can start a second engine, with dockerd, openssl and ip");
});

const configOf = (kind: "certificates" | "strangers" | "elsewhere" = "certificates"): { host: string; certificates: string } => {
  if (engine === undefined) throw new Error("no engine was started");
  return { host: engine.host, certificates: engine[kind] };
};

describe("an engine over TLS", () => {
  test("runs a task, tells its end and its log, and keeps nothing", async () => {
    await using runtime = await open(who, configOf());
    const spec = sh("life", "echo out; echo err >&2; exit 3");
    expect(await runtime.run(spec).result).toMatchObject({ outcome: "failed", exit: { code: 3 } });
    expect((await texts(runtime, spec.id)).toSorted()).toEqual(["err", "out"]);
    const { id } = await runtime.start(sh("stopped", "sleep 600"));
    expect(await runtime.stop(id, { graceMs: 0 })).toMatchObject({ state: "confirmed" });
    expect(await runtime.inspect(id)).toMatchObject({ state: { outcome: "stopped" } });
    for (const one of [spec.id, id]) await runtime.remove(one);
    expect(await Array.fromAsync(runtime.list())).toEqual([]);
  });

  test("carries sessions both ways: input has an end, output is whole, an abort is prompt", async () => {
    await using runtime = await open(who, configOf());
    const { exec, attach, copy, stats } = runtime.capabilities;
    const { id } = await runtime.start(sh("session", "cat; exit 5", { stdin: true }));
    const bytes = randomBytes(3_000_001);
    async function* input(): AsyncGenerator<Uint8Array, void, void> {
      for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
    }
    const through: Uint8Array[] = [];
    for await (const event of exec.exec({ id, command: ["cat"], input: input() })) {
      if (event.kind === "output") through.push(event.bytes);
      else expect(event.exit.code).toBe(0);
    }
    expect(Buffer.concat(through).equals(bytes)).toBe(true);
    const reason = new Error("enough");
    const control = new AbortController();
    const pending = Array.fromAsync(exec.exec({ id, command: ["sleep", "600"] }, { signal: control.signal }));
    void pause(300).then(() => control.abort(reason));
    await expect(pending).rejects.toBe(reason);
    for await (const { memory } of stats.stats(id)) {
      expect(memory).toBeGreaterThan(0);
      break;
    }
    const archive = await Array.fromAsync(copy.copyOut({ id, path: "/etc/passwd" }));
    expect(Buffer.concat(archive).includes("root:x:0:0")).toBe(true);
    const echoed = await Array.fromAsync(attach.attach({ id, input: input() }));
    expect(Buffer.concat(echoed.map((chunk) => chunk.bytes)).equals(bytes)).toBe(true);
    expect((await runtime.wait(id)).exit?.code).toBe(5);
    await runtime.remove(id);
  });

  test("takes no client of another authority, nor does the client take such an engine", async () => {
    const unknown = { code: "unauthenticated", retryable: false };
    await expect(open(who, configOf("strangers"))).rejects.toMatchObject(unknown);
    await expect(open(who, configOf("elsewhere"))).rejects.toMatchObject(unknown);
    await expect(open(who, { host: configOf().host })).rejects.toThrow(/HTTP request to an HTTPS server/);
  });
});
