import { type AciEmulator, startAciEmulator } from "@longshore/emulators";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench } from "./cli-kit.ts";

let emulator: AciEmulator;
beforeAll(async () => {
  emulator = await startAciEmulator({ engine: "process", http: true, delays: { pending: 400 } });
});
afterAll(() => emulator.close());

async function onAci(): Promise<Bench> {
  const bench = await Bench.open();
  const config = {
    use: "aci",
    subscription: "11111111-2222-3333-4444-555555555555",
    resourceGroup: "tests",
    location: "westeurope",
    endpoint: emulator.url,
    pollMs: 50,
    logQuietMs: 200,
    freshMs: 350,
    changesPerHour: 100_000,
    readsPerSecond: 1000,
  };
  await bench.write("longshore.yaml", JSON.stringify({ runtimes: { cloud: config } }));
  return bench;
}
const run = ["run", "--id", "a1", "--image", "busybox:1.35", "--", "sh", "-c", "echo hello; exit 7"];

test("run on Container Instances: its lines, its code, and nothing of it left", async () => {
  await using bench = await onAci();
  expect(await bench.run(run)).toMatchObject({ code: 7, stdout: "hello\n" });
  expect(await bench.ps()).toEqual([]);
});

test("what Azure refuses is said in its own words, with a hint on a line of its own", async () => {
  await using bench = await onAci();
  const message = "The client c does not have authorization to perform action Microsoft.ContainerInstance/containerGroups/write";
  const fault = { kind: "arm:error", code: "AuthorizationFailed", status: 403, message } as const;
  emulator.faults.add({ operation: "aci:CreateOrUpdate", fault });
  const { code, stderr } = await bench.run(run);
  emulator.faults.clear();
  expect(stderr).toContain(`start a1 failed (permission-denied): ${message}\n`);
  expect(stderr).toMatch(/^.*hint: give the role of @longshore\/aci's README/m);
  expect(code).toBe(125);
});
