import { expect, test } from "vitest";
import { jsonLines } from "./cli-kit.ts";
import { whyNoDocker, image } from "./engine.ts";
import { type Staged, stage } from "./stage.ts";

/** Three runtimes in one config, the one named first the default. */
async function three({ bench, far }: Staged, first: "far" | "local" | "engine"): Promise<readonly string[]> {
  const own = far.config.replace(/^runtimes: \{ |\}\n$/g, "");
  await bench.write(
    "three.yaml",
    `default: ${first}\nruntimes: { ${own.trim().replace(/ \}$/, " }")}, local: { use: local-process }, engine: { use: docker } }\n`,
  );
  return ["explain", "--config", "three.yaml"];
}
type Explained = Readonly<Record<string, unknown>> & {
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  readonly adjustments: readonly unknown[];
  readonly requests: readonly Readonly<Record<string, unknown>>[];
};
const byRuntime = (stdout: string): Readonly<Record<string, Explained>> =>
  Object.fromEntries(jsonLines(stdout).map((one) => [String(one["runtime"]), one as Explained]));

test("explain shows each runtime's own requests, adjustments and refusals, and starts nothing", async (context) => {
  const why = await whyNoDocker();
  if (why !== undefined) return context.skip(why);
  await using staged = await stage();
  const { bench, far } = staged;
  const explain = await three(staged, "engine");
  const flags = ["--id", "x1", "--image", image, "--cpu", "0.3", "--secret", "TOKEN=env:MY_TOKEN"];
  const { code, stdout, stderr } = await bench.run([...explain, ...flags, "--json", "--", "echo", "hi"], { MY_TOKEN: "hunter2" });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).not.toContain("hunter2");
  const seen = byRuntime(stdout);
  expect(Object.keys(seen)).toEqual(["far", "local", "engine"]);
  expect(seen["far"]).toMatchObject({ id: "x1", chosen: false, problems: [], requests: [{ kind: "task" }] });
  expect(seen["local"]).toMatchObject({
    chosen: false,
    problems: [{ path: "image", message: expect.stringContaining("takes no image") as string }],
    adjustments: [{ path: "resources.cpu" }],
  });
  expect(seen["engine"]).toMatchObject({ chosen: true, problems: [] });
  expect(seen["engine"]?.requests.map(({ request }) => request)).toEqual(["pull", "create", "write secrets", "start"]);
  expect(seen["engine"]?.requests[1]).toMatchObject({
    name: `${bench.owner}-x1`,
    body: { Image: image, Cmd: ["echo", "hi"], HostConfig: { NanoCpus: 300_000_000 } },
  });
  const text = (await bench.run([...explain, ...flags, "--", "echo", "hi"])).stdout;
  expect(text).toMatch(/^x1 on far:\n( {2}adjusted [^\n]+\n)+ {2}sends +\{/);
  expect(text).toMatch(
    /^x1 on local:\n {2}refused +image: [^\n]+\n {2}adjusted +resources\.cpu: "0\.3" to nothing \([^\n]+\)\n/m,
  );
  expect(text).toMatch(/^x1 on engine, which would be chosen:\n {2}sends +\{"request":"pull"/m);
  expect(far.calls).not.toContain("start");
  expect(await bench.ps("--config", "three.yaml")).toEqual([]);
});

test("explain exits with 2 where the runtime that would be chosen refuses, and only there", async () => {
  await using staged = await stage();
  const { bench } = staged;
  const words = ["--image", "busybox", "--", "true"];
  const down = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
  expect((await bench.run([...(await three(staged, "local")), ...words], down)).code).toBe(2);
  const other = await bench.run([...(await three(staged, "far")), ...words], down);
  expect(other.stderr).toMatch(/^longshore: engine: unavailable[^\n]*\n$/);
  expect(other.code).toBe(0);
  expect((await bench.run([...(await three(staged, "engine")), ...words], down)).code).toBe(125);
  const one = await bench.run(["explain", "--config", "three.yaml", "--runtime", "local", ...words], down);
  expect(one).toMatchObject({ code: 2, stderr: "", stdout: expect.stringMatching(/^refused +image: /) as string });
});

test("explain and run ask for something to run", async () => {
  await using staged = await stage();
  for (const command of ["run", "explain"]) {
    const { code, stdout, stderr } = await staged.bench.run([command, "--cpu", "1"]);
    expect(stderr).toMatch(/^longshore: command: got nothing; expected one after --[^\n]+\n$/);
    expect([code, stdout]).toEqual([2, ""]);
  }
});
