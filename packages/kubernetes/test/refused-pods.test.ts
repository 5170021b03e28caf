import { LongshoreError, type ServiceSpec, workloadId } from "@longshore/core";
import { afterAll, beforeEach, expect, test } from "vitest";
import { cleanUp, fullNamespace, image, needCluster, open, sh, someOwner, texts } from "./kit.ts";

const owner = someOwner();
beforeEach(needCluster);
afterAll(async () => cleanUp(owner));

test("a quota refuses a task, in the API server's words, and nothing is left", async () => {
  await using namespace = await fullNamespace();
  await using runtime = await open(owner, { namespace: namespace.name });
  const error: unknown = await runtime.start(sh("no-room", "true")).catch((caught: unknown) => caught);
  expect(LongshoreError.is(error) && [error.code, error.message].join(": ")).toMatch(/^quota-exceeded: .*exceeded quota: none/);
  expect(await Array.fromAsync(runtime.list())).toEqual([]);
});

test("a quota that refuses a service's pods is told of by its events, and by an update that never becomes ready", async () => {
  await using namespace = await fullNamespace();
  await using runtime = await open(owner, { namespace: namespace.name });
  const id = workloadId("no-room");
  const readiness = { port: 8080, timeoutMs: 2000 };
  const spec: ServiceSpec = { kind: "service", id, image, command: ["sleep", "60"], readiness };
  const service = await runtime.start(spec);
  expect(service.kind === "service" && [service.state.desired, service.state.ready]).toEqual([1, 0]);
  const events = await Array.fromAsync(runtime.capabilities.backendLogs.backendLogs(id));
  expect(events.map((event) => ("text" in event ? event.text : ""))).toContainEqual(
    expect.stringMatching(/^FailedCreate: .*exceeded quota/),
  );
  const error: unknown = await runtime.update({ ...spec, command: ["sleep", "61"] }).catch((caught: unknown) => caught);
  expect(LongshoreError.is(error) && [error.code, error.message].join(": ")).toMatch(/^timeout: .*exceeded quota/);
  await runtime.remove(id);
}, 180_000);

test("what writes more than its node lets it is evicted, with the kubelet's words", async () => {
  await using runtime = await open(owner);
  const spec = sh("evicted", "echo begun; head -c 30000000 /dev/zero > /tmp/much; sleep 100", {
    resources: { ephemeralStorage: "1Mi" },
  });
  await runtime.start(spec);
  const ending = await runtime.wait(spec.id);
  expect(ending.outcome === "failed" && [ending.diagnosis.code, ending.diagnosis.message]).toEqual([
    "evicted",
    expect.stringMatching(/ephemeral/i),
  ]);
  expect((await texts(runtime, spec.id)).filter((line) => !line.startsWith("<"))).toSatisfy(
    (lines: readonly string[]) => lines.length === 0 || lines[0] === "begun",
  );
  await runtime.remove(spec.id);
}, 180_000);
