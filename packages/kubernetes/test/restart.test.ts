import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeEach, expect, test } from "vitest";
import { cleanUp, needCluster, open, sh, someOwner } from "./kit.ts";

const owner = someOwner();
afterAll(async () => cleanUp(owner));
const limitMs = 180_000;

/** A command of whoever keeps the cluster: given `kubelet` or `kube-apiserver`, it kills that and returns once it is there again. */
const command = process.env["LONGSHORE_KUBERNETES_RESTART"];
const restart = async (component: string): Promise<unknown> => promisify(execFile)(command ?? "", [component]);
beforeEach(async (context) => {
  await needCluster(context);
  // As without a cluster, LONGSHORE_REQUIRE=kubernetes makes a failure of it.
  if (command === undefined)
    context.skip("requires kubernetes: LONGSHORE_KUBERNETES_RESTART names no command that restarts its parts");
});
const lines = Array.from({ length: 150 }, (_, index) => String(index));
const counting = `n=0; while [ $n -lt ${lines.length} ]; do echo $n; n=$((n+1)); sleep 0.1; done; exit 7`;

test.each(["kubelet", "kube-apiserver"])(
  "%s goes and comes back while a log is followed and an end is waited for",
  async (component) => {
    await using runtime = await open(owner);
    const spec = sh(`through-${component}`, counting);
    await runtime.start(spec);
    const waiting = runtime.wait(spec.id);
    const seen: string[] = [];
    let restarting: Promise<unknown> | undefined;
    for await (const record of runtime.logs(spec.id, { follow: true })) {
      seen.push("text" in record ? record.text : `<${record.gap}>`);
      if (seen.length === 20) restarting = restart(component);
    }
    await restarting;
    expect(seen).toEqual(lines);
    expect((await waiting).exit?.code).toBe(7);
    await runtime.remove(spec.id);
  },
  limitMs,
);

test(
  "the API server is away when the end comes",
  async () => {
    await using runtime = await open(owner);
    const spec = sh("ends-alone", "sleep 3; echo done; exit 4");
    await runtime.start(spec);
    const waiting = runtime.wait(spec.id);
    await sleep(1500);
    await restart("kube-apiserver");
    expect((await waiting).exit?.code).toBe(4);
    await using another = await open(owner);
    const [record] = await Array.fromAsync(another.logs(spec.id));
    expect(record).toMatchObject({ text: "done" });
    await another.remove(spec.id);
  },
  limitMs,
);
