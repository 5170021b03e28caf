import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExecRequest, type Runtime, type ServiceSpec, type WorkloadId, workloadId } from "@longshore/core";
import type { DockerCapabilities } from "@longshore/docker";
import { create } from "tar";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { cleanUp, image, needEngine, open, someOwner } from "./kit.ts";
import { unpack } from "./unpack.ts";

const who = someOwner();
beforeEach(needEngine);
afterAll(() => cleanUp(who));

const command = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.2; done"];
async function service(
  runtime: Runtime<DockerCapabilities>,
  name: string,
  more: Partial<ServiceSpec> = {},
): Promise<{ readonly id: WorkloadId; readonly spec: ServiceSpec; readonly instances: readonly string[] }> {
  const id = workloadId(name);
  const spec: ServiceSpec = { kind: "service", id, image, command, replicas: 2, drainMs: 0, stopGraceMs: 2000, ...more };
  await runtime.start(spec);
  for (;;) {
    const seen = await runtime.inspect(id);
    if (seen.kind === "service" && seen.state.ready === 2)
      return { id, spec, instances: seen.state.instances.map((one) => one.instance) };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
async function said(runtime: Runtime<DockerCapabilities>, request: ExecRequest): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const event of runtime.capabilities.exec.exec(request)) if (event.kind === "output") chunks.push(event.bytes);
  return Buffer.concat(chunks).toString().trim();
}

describe("sessions of a service", () => {
  test("a request picks its instance, or gets the first; files go to all", async () => {
    await using runtime = await open(who);
    const { id, instances } = await service(runtime, "picked");
    for (const instance of instances) expect(await said(runtime, { id, instance, command: ["hostname"] })).toBe(instance);
    expect(instances).toContain(await said(runtime, { id, command: ["hostname"] }));
    await expect(said(runtime, { id, instance: "none", command: ["hostname"] })).rejects.toMatchObject({ code: "not-found" });

    const folder = await mkdtemp(join(tmpdir(), "services-"));
    try {
      await writeFile(join(folder, "large"), Buffer.alloc(5_000_000, "0123456789abcdef\n"));
      const tar = create({ cwd: folder, portable: true }, ["large"]) as AsyncIterable<Uint8Array>;
      await runtime.capabilities.copy.copyIn({ id, path: "/tmp", tar });
      for (const instance of instances) {
        const to = await mkdtemp(join(folder, "out-"));
        await unpack(runtime.capabilities.copy.copyOut({ id, instance, path: "/tmp/large" }), to);
        expect((await readFile(join(to, "large"))).equals(await readFile(join(folder, "large")))).toBe(true);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("samples come of each instance, also of those that come later, and end with the last", async () => {
    await using runtime = await open(who);
    const { id, spec, instances } = await service(runtime, "sampled");
    const seen = new Set<string>();
    let [updating, stopping]: (Promise<unknown> | undefined)[] = [];
    for await (const { instance } of runtime.capabilities.stats.stats(id)) {
      seen.add(instance);
      if (instances.every((one) => seen.has(one))) updating ??= runtime.update({ ...spec, env: { ANEW: "1" } });
      if (seen.size > instances.length) stopping ??= updating?.then(() => runtime.stop(id));
    }
    expect([...seen]).toEqual(expect.arrayContaining([...instances]));
    expect(seen.size).toBeGreaterThan(instances.length);
    await stopping;
    await expect(said(runtime, { id, command: ["hostname"] })).rejects.toMatchObject({ code: "conflict" });
    expect(await Array.fromAsync(runtime.capabilities.stats.stats(id))).toEqual([]);
  });
});
