import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Bench } from "./cli-kit.ts";
import { type Staged, stage } from "./stage.ts";

/** The far runtime with a share of its rate: one call in many minutes, and so many at once. */
const share = ({ bench, far }: Staged, burst: number): Promise<string> =>
  bench.write(
    `${burst}.yaml`,
    far.config.replace(/ \}\n$/, "").replace(/ \}$/, `, limits: { perSecond: 0.001, burst: ${burst} } }`) + " }\n",
  );

const refused = async (bench: Bench, limits: string, said: string): Promise<void> => {
  await bench.write("bad.yaml", `runtimes: { local: { use: local-process, limits: ${limits} } }\n`);
  const { code, stderr } = await bench.run(["ps", "--config", "bad.yaml"]);
  expect(stderr).toMatch(/^longshore: bad\.yaml: runtimes\.local\.limits[^\n]*\n$/);
  expect(stderr).toContain(said);
  expect(code).toBe(2);
};

test("a runtime is called no more often than the config's limits allow", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  const enough = await bench.run(["ps", "--config", await share(staged, 2)]);
  expect(enough).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(far.calls).toEqual(["ping", "list"]);
  far.calls.length = 0;
  const short = bench.start(["ps", "--config", await share(staged, 1)]);
  while (far.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  short.process.kill("SIGINT");
  expect(await short.done).toEqual({ code: 130, stdout: "", stderr: "" });
  expect(far.calls).toEqual(["ping"]);
});

test("limits that are none are refused with their path", async () => {
  await using staged = await stage();
  await refused(staged.bench, "{ perSecond: 0 }", "expected calls a second, above 0");
  await refused(staged.bench, "{ perSecond: 5, burst: 0.5 }", "expected a whole number of calls, at least 1");
  await refused(staged.bench, "{ perSecon: 5 }", "did you mean perSecond?");
  await refused(staged.bench, "5", "expected a mapping with perSecond");
});

test("a store remembers what a backend forgot", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await bench.write("longshore.yaml", `store: ./remembered\n${far.config}`);
  await bench.run(["run", "--id", "t1", "--keep", "--", "true"]);
  expect((await readdir(join(bench.folder, "remembered"))).length).toBeGreaterThan(0);
  far.backend.drop(`${bench.owner}-t1`);
  const { code, stderr } = await bench.run(["inspect", "t1"]);
  expect(stderr).toBe("longshore: t1 was on far and is gone\n");
  expect(code).toBe(125);
  expect((await bench.run(["run", "--id", "t1", "--", "false"])).code).toBe(2);
  await bench.run(["rm", "t1"]);
});
