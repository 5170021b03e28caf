import { type EcsEmulator, startEcsEmulator } from "@longshore/emulators";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench } from "./cli-kit.ts";

const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
let emulator: EcsEmulator;

/** Without an SDK: what the command does not need, its tests do not install. */
async function createCluster(): Promise<void> {
  const headers = {
    authorization: "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-3/ecs/aws4_request, SignedHeaders=host, Signature=0",
    "x-amz-target": "AmazonEC2ContainerServiceV20141113.CreateCluster",
    "content-type": "application/x-amz-json-1.1",
  };
  const answer = await fetch(emulator.url, { method: "POST", headers, body: JSON.stringify({ clusterName: "default" }) });
  expect(answer.status).toBe(200);
}
beforeAll(async () => {
  emulator = await startEcsEmulator({ engine: "process" });
  await createCluster();
});
afterAll(() => emulator.close());

async function onEcs(): Promise<Bench> {
  const bench = await Bench.open();
  const config = {
    use: "@longshore/ecs",
    endpoint: emulator.url,
    region: "eu-west-3",
    credentials,
    subnets: ["subnet-0123456789abcdef0"],
    executionRole: "arn:aws:iam::123456789012:role/execution",
    logQuietMs: 200,
    pollMs: 50,
  };
  await bench.write("longshore.yaml", JSON.stringify({ runtimes: { cloud: config } }));
  return bench;
}
const run = ["run", "--id", "a1", "--image", "busybox:1.35", "--", "sh", "-c", "echo hello; exit 7"];

test("run on ECS: its lines, its code, and nothing of it left", async () => {
  await using bench = await onEcs();
  expect(await bench.run(run)).toMatchObject({ code: 7, stdout: "hello\n", stderr: "" });
  expect(await bench.ps()).toEqual([]);
});

test("what ECS refuses is said in its own words, with a hint on a line of its own", async () => {
  await using bench = await onEcs();
  const message = "User u is not authorized to perform: iam:PassRole on resource r";
  const fault = { kind: "aws:error", code: "AccessDeniedException", message } as const;
  emulator.faults.add({ operation: "ecs:RegisterTaskDefinition", fault });
  const { code, stderr } = await bench.run(run);
  const json = await bench.run([...run.slice(0, 1), "--json", ...run.slice(1)]);
  emulator.faults.clear();
  expect(stderr).toContain(`start a1 failed (permission-denied): ${message}\n`);
  expect(stderr).toMatch(/^.*hint: allow iam:PassRole on this role to whoever runs Longshore$/m);
  expect(code).toBe(125);
  expect(JSON.parse(json.stderr.trim().split("\n").at(-1)!)).toMatchObject({
    error: { vendorCode: "AccessDeniedException", hint: expect.stringMatching(/iam:PassRole/) },
  });
});

test("doctor asks AWS itself", async () => {
  await using bench = await onEcs();
  const { code, stdout } = await bench.run(["doctor"]);
  expect(stdout).toMatch(/^ok {4}runtime cloud: opens and answers in \d+ ms$/m);
  expect(code).toBe(0);
});
