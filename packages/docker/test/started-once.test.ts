import { LongshoreError } from "@longshore/core";
import { afterAll, beforeEach, expect, test } from "vitest";
import { cleanUp, image, native, needEngine, open, sh, someOwner, texts } from "./kit.ts";

const who = someOwner();
beforeEach(needEngine);
afterAll(() => cleanUp(who));

test("twenty callers at once start a short program once", async () => {
  const spec = sh("at-once", "echo ran");
  const runtimes = await Promise.all(Array.from({ length: 20 }, () => open(who)));
  await Promise.all(runtimes.map((runtime) => runtime.start(spec)));
  const [first] = runtimes;
  if (first === undefined) throw new Error("none");
  await first.wait(spec.id);
  await Promise.all(runtimes.map((runtime) => runtime.start(spec)));
  expect(await texts(first, spec.id)).toEqual(["ran"]);
  for (const runtime of runtimes) await runtime[Symbol.asyncDispose]();
});

test("many calls of one runtime start it once, and another spec is a conflict", async () => {
  await using runtime = await open(who);
  const spec = sh("one-runtime", "echo ran");
  const all = await Promise.all(Array.from({ length: 10 }, () => runtime.start(spec)));
  expect(new Set(all.map(({ nativeId }) => nativeId)).size).toBe(1);
  await runtime.wait(spec.id);
  expect(await texts(runtime, spec.id)).toEqual(["ran"]);
  const other = runtime.start(sh("one-runtime", "echo other"));
  await expect(other).rejects.toSatisfy((error) => LongshoreError.is(error, "conflict"));
});

test("a container whose creator died before the start is started by the others, once, when the creator's time is over", async () => {
  const spec = sh("cut-off", "echo ran");
  const request = await (await open(who)).plan(spec);
  const { body, name } = request.requests.find((one) => (one as { request: string }).request === "create") as {
    body: { Labels: Record<string, string> };
    name: string;
  };
  const labels = { ...body.Labels, "longshore.starter": "dead", "longshore.start-by": String(Date.now() + 500) };
  const flags = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
  await native("create", "--name", name, ...flags, image, "sh", "-c", "echo ran");
  const runtimes = await Promise.all(Array.from({ length: 5 }, () => open(who, { startLeaseMs: 1000 })));
  await Promise.all(runtimes.map((runtime) => runtime.start(spec)));
  await runtimes[0]?.wait(spec.id);
  expect(await texts(runtimes[0] as never, spec.id)).toEqual(["ran"]);
  await runtimes[0]?.remove(spec.id);
  expect(
    await native("volume", "ls", "-q", "--filter", "label=longshore.id=cut-off", "--filter", `label=longshore.owner=${who}`),
  ).toBe("");
  for (const runtime of runtimes) await runtime[Symbol.asyncDispose]();
});

test("a container of that name that is not ours is left alone", async () => {
  await native("create", "--name", `${who}-foreign`, image, "true");
  await using runtime = await open(who);
  await expect(runtime.start(sh("foreign", "true"))).rejects.toSatisfy((error) => LongshoreError.is(error, "conflict"));
  await runtime.remove(sh("foreign", "").id);
  expect(await native("ps", "-aq", "--filter", `name=${who}-foreign`)).not.toBe("");
  await native("rm", `${who}-foreign`);
});
