import { createHash } from "node:crypto";
import { type Diagnosis, type Ending, LongshoreError, type TaskSpec } from "@longshore/core";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { cleanUp, deletePod, natives, needCluster, open, podsOf, sh, someOwner, texts } from "./kit.ts";

const owner = someOwner();
beforeEach(needCluster);
afterAll(async () => cleanUp(owner));

async function endOf(spec: TaskSpec): Promise<{ readonly outcome: string; readonly code?: string; readonly message: string }> {
  await using runtime = await open(owner);
  await runtime.start(spec);
  const ending = await runtime.wait(spec.id);
  await runtime.remove(spec.id);
  if (ending.outcome === "succeeded") return { outcome: ending.outcome, message: "" };
  return { outcome: ending.outcome, code: ending.diagnosis.code, message: ending.diagnosis.message };
}

describe("endings", () => {
  test("an image's name that cannot be one", async () => {
    const ending = await endOf(sh("badname", "true", { image: "UPPER/case:1" }));
    expect([ending.outcome, ending.code]).toEqual(["failed", "image-not-found"]);
    expect(ending.message).toContain("UPPER/case:1");
  });
  test("a Secret that is not there", async () => {
    const ending = await endOf(sh("nosecret", "true", { secrets: { A: { backend: "no-such-secret/key", as: "env" } } }));
    expect([ending.outcome, ending.code]).toEqual(["failed", "invalid-config"]);
    expect(ending.message).toContain("no-such-secret");
  });
  test("a folder that is none is no end that is taken for success", async () => {
    const ending = await endOf({ ...sh("entry", "true"), entrypoint: ["/tmp"] });
    expect([ending.outcome, ending.code]).toEqual(["failed", "command-not-executable"]);
  });
  test("no node has it: pending, with the scheduler's words, until the limit takes it away", async () => {
    await using runtime = await open(owner);
    const spec = sh("nonode", "true", { options: { kubernetes: { nodeSelector: { "longshore.test/none": "such" } } } });
    const seen = await runtime.start(spec);
    expect(seen.kind === "task" && seen.state.phase === "pending" && seen.state.reason).toMatch(/Unschedulable: .*node/);
    await runtime.remove(spec.id);
    const limited = { ...sh("nonode-2", "true", { pendingTimeoutMs: 2000 }), options: spec.options ?? {} };
    const error: unknown = await runtime.start(limited).catch((caught: unknown) => caught);
    expect(LongshoreError.is(error) && [error.code, error.message].join(" ")).toMatch(
      /^timeout .*pendingTimeoutMs: FailedScheduling: .*node/,
    );
    expect((await natives(owner)).filter((name) => name.includes("nonode"))).toEqual([]);
  });
  test("what is stopped while no node has it never starts", async () => {
    await using runtime = await open(owner);
    const spec = sh("never", "true", { options: { kubernetes: { nodeSelector: { "longshore.test/none": "such" } } } });
    await runtime.start(spec);
    expect((await runtime.stop(spec.id)).state).toBe("confirmed");
    const ending = await runtime.wait(spec.id);
    expect([ending.outcome, ending.exit]).toEqual(["stopped", undefined]);
    await runtime.remove(spec.id);
  });
  test("a pod that somebody else deletes is gone, and its follower hears the last line", async () => {
    await using runtime = await open(owner);
    const spec = sh(
      "drained",
      "trap 'echo bye; exit 0' TERM; echo ready; n=0; while [ $n -lt 300 ]; do sleep 0.2; n=$((n+1)); done",
    );
    await runtime.start(spec);
    const heard = texts(runtime, spec.id);
    const waiting = runtime.wait(spec.id).catch((error: unknown) => error);
    while ((await texts(runtime, spec.id, false)).length === 0);
    const [pod] = await podsOf(owner, spec.id);
    await deletePod(pod?.metadata?.name ?? "");
    const [lines, ended] = [await heard, await waiting];
    expect([lines[0], lines.at(-1)]).toEqual(["ready", "bye"]);
    // Which of the two depends on whether it was looked at between its end and its disappearance.
    const gone = LongshoreError.is(ended)
      ? ended.code
      : (ended as Ending).outcome === "failed" && (ended as Ending & { diagnosis: Diagnosis }).diagnosis.code;
    expect(["lost", "not-found", "interrupted"]).toContain(gone);
  });
});

describe("what is applied", () => {
  test("user, root file system, resources, working directory, variables with dollars", async () => {
    await using runtime = await open(owner);
    const spec = sh(
      "applied",
      'id -u; id -g; pwd; touch /x 2>/dev/null || echo "read only"; echo "$WORD"; cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
      {
        user: "1234:4321",
        workingDirectory: "/tmp",
        hardening: { readOnlyRoot: true },
        resources: { memory: "64Mi", cpu: 0.1 },
        env: { WORD: "$(HOME) $$ $x" },
      },
    );
    await runtime.start(spec);
    await runtime.wait(spec.id);
    expect(await texts(runtime, spec.id)).toEqual(["1234", "4321", "/tmp", "read only", "$(HOME) $$ $x", String(64 * 2 ** 20)]);
    await runtime.remove(spec.id);
  });
  test("every secret of the resolver, as variable and as file of the program's own", async () => {
    const secrets = { resolve: async (key: string) => `value of ${key}` };
    await using runtime = await open(owner, {}, { secrets });
    const spec = sh("secret", 'echo "$A" | md5sum; md5sum < "$B_FILE"; stat -L -c %a "$B_FILE"', {
      secrets: { A: { resolve: "one", as: "env" }, B: { resolve: "two", as: "file" } },
    });
    await runtime.start(spec);
    await runtime.wait(spec.id);
    const [first, second, mode] = await texts(runtime, spec.id);
    expect([first?.slice(0, 32), second?.slice(0, 32), mode]).toEqual([md5("value of one\n"), md5("value of two"), "440"]);
    const [pod] = await podsOf(owner, spec.id);
    expect(JSON.stringify(pod)).not.toContain("value of");
    expect((await natives(owner)).filter((name) => name.includes("secret"))).toHaveLength(2);
    await runtime.remove(spec.id);
    expect((await natives(owner)).filter((name) => name.includes("secret"))).toEqual([]);
  });
});
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
