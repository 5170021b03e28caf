import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { environmentSecrets, type FaultCode, LongshoreError, type Progress, type TaskSpec } from "@longshore/core";
import { afterAll, afterEach, beforeEach, expect, test, type TestContext } from "vitest";
import { cleanUp, image, native, needEngine, open, sh, someOwner } from "./kit.ts";
import { cuttingProxy, hasRegistry, push, startRegistry } from "./registry.ts";

const run = promisify(execFile);
const who = someOwner();
const made: string[] = [];
const needRegistry = async (context: TestContext): Promise<void> => {
  await needEngine(context);
  if (!(await hasRegistry())) context.skip("requires registry: docker-registry and htpasswd are not installed");
};
beforeEach(needRegistry);
afterEach(async () => {
  await cleanUp(who);
  for (const name of made.splice(0)) await native("rmi", "-f", name).catch(() => {});
});
afterAll(() => cleanUp(who));

const failsAs = (code: FaultCode, words: RegExp) => (error: unknown) =>
  LongshoreError.is(error) && error.code === code && words.test(error.message) && !error.message.includes("wrong-pw");
const pulling = (id: string, reference: string, more: Partial<TaskSpec> = {}): TaskSpec => {
  made.push(reference);
  return sh(id, "echo pulled", { image: reference, ...more });
};
const user = ["ada", "right-pw"] as const;
const secrets = environmentSecrets({
  RIGHT: "ada:right-pw",
  WRONG: "ada:wrong-pw",
  JSON: '{"username":"ada","password":"right-pw"}',
  BAD: "nope",
});

test("an authenticated pull, with its progress; wrong, missing and unreadable credentials are told apart and never shown", async () => {
  await using registry = await startRegistry(user);
  const reference = `${registry.address}/team/app:1`;
  await push(image, reference, user);
  await using runtime = await open(who, {}, { secrets });
  const wrong = pulling("p-wrong", reference, { registryCredentials: { resolve: "env:WRONG" } });
  await expect(runtime.start(wrong)).rejects.toSatisfy(failsAs("unauthenticated", /unauthorized/));
  await expect(runtime.start(pulling("p-none", reference))).rejects.toSatisfy(failsAs("unauthenticated", /no basic auth/));
  const bad = pulling("p-bad", reference, { registryCredentials: { resolve: "env:BAD" } });
  await expect(runtime.start(bad)).rejects.toSatisfy(failsAs("invalid-spec", /user:password/));
  const steps: Progress[] = [];
  const right = pulling("p-right", reference, { registryCredentials: { resolve: "env:RIGHT" } });
  await runtime.start(right, { onProgress: (progress) => steps.push(progress) });
  expect(await runtime.wait(right.id)).toMatchObject({ outcome: "succeeded" });
  expect(steps[0]).toEqual({ step: `pull ${reference}` });
  const json = pulling("p-json", reference, { registryCredentials: { resolve: "env:JSON" }, pullPolicy: "always" });
  expect(await runtime.run(json).result).toMatchObject({ outcome: "succeeded" });
  for (const id of ["p-wrong", "p-none", "p-bad"]) expect(await runtime.inspect(id as never)).toMatchObject({ kind: "absent" });
});

test("a missing tag and a missing repository are image-not-found; policy never asks nobody", async () => {
  await using registry = await startRegistry();
  await push(image, `${registry.address}/app:1`);
  await using runtime = await open(who);
  const tag = runtime.start(pulling("m-tag", `${registry.address}/app:2`));
  await expect(tag).rejects.toSatisfy(failsAs("image-not-found", /app:2/));
  await expect(runtime.start(pulling("m-repo", `${registry.address}/nope:1`))).rejects.toSatisfy(
    failsAs("image-not-found", /nope:1/),
  );
  const never = runtime.start(pulling("m-never", `${registry.address}/app:1`, { pullPolicy: "never" }));
  await expect(never).rejects.toSatisfy(failsAs("image-not-found", /pullPolicy is never/));
});

test("an image for another architecture is refused, whether it is pulled or there already", async () => {
  await using registry = await startRegistry();
  const reference = `${registry.address}/arm:1`;
  // Only a saved image can be given another architecture by hand: the engine's import always writes its own.
  const folder = `/tmp/${who}-arm`;
  const edits = `sed -i 's/"architecture":"amd64"/"architecture":"arm64"/' *.json && sed -i 's#${image}#${reference}#' manifest.json`;
  const script = `mkdir ${folder} && cd ${folder} && docker save ${image} | tar -x && ${edits} && tar -c . | docker load; rm -r ${folder}`;
  await run("sh", ["-c", `${script} && docker push ${reference}`]);
  await using runtime = await open(who);
  const there = pulling("a-there", reference, { platform: "linux/amd64", pullPolicy: "never" });
  await expect(runtime.start(there)).rejects.toSatisfy(failsAs("image-platform", /arm64/));
  await native("rmi", reference);
  const pulled = pulling("a-pulled", reference, { platform: "linux/amd64" });
  await expect(runtime.start(pulled)).rejects.toSatisfy(failsAs("image-platform", /arm64|platform/));
  expect(await native("ps", "-aq", "--filter", `label=longshore.owner=${who}`)).toBe("");
});

test("a pull that is cut in the middle fails as passing, leaves no container, and works when it is made again", async () => {
  await using registry = await startRegistry();
  const big = `${registry.address}/big:1`;
  // Random bytes do not compress: the cut falls inside the layer.
  await run("sh", [
    "-c",
    `mkdir -p /tmp/${who} && head -c 8000000 /dev/urandom > /tmp/${who}/blob && cp "$(command -v busybox)" /tmp/${who}/sh && tar -c -C /tmp/${who} . | docker import - ${big} && rm -r /tmp/${who}`,
  ]);
  await native("push", big);
  await native("rmi", big);
  await using proxy = await cuttingProxy(registry.port, 3_000_000);
  const reference = `${proxy.address}/big:1`;
  await using runtime = await open(who);
  const spec = pulling("cut", reference, { entrypoint: ["/sh"], command: ["-c", "exit 0"] });
  await expect(runtime.start(spec)).rejects.toSatisfy(
    (error) => failsAs("unavailable", /cannot be pulled/)(error) && LongshoreError.is(error) && error.retryable,
  );
  expect(proxy.cuts()).toBeGreaterThan(0);
  expect(await runtime.inspect(spec.id)).toMatchObject({ kind: "absent" });
  const direct = pulling("cut-again", big, { entrypoint: ["/sh"], command: ["-c", "exit 0"] });
  expect(await runtime.run(direct).result).toMatchObject({ outcome: "succeeded" });
}, 180_000); // the engine itself tries five times, with pauses that add up to 75 s

test("an abort ends a pull at once and starts nothing", async () => {
  await using registry = await startRegistry();
  await push(image, `${registry.address}/slow:${randomBytes(2).toString("hex")}`);
  await using proxy = await cuttingProxy(9, 1); // nobody answers behind it
  await using runtime = await open(who);
  const why = new Error("enough");
  const stop = new AbortController();
  const started = runtime.start(pulling("abort", `${proxy.address}/slow:1`), { signal: stop.signal });
  stop.abort(why);
  await expect(started).rejects.toBe(why);
  expect(await runtime.inspect("abort" as never)).toMatchObject({ kind: "absent" });
});
