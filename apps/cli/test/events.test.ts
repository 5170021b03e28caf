import { expect, test } from "vitest";
import { backends } from "./backends.ts";
import { Bench, jsonLines, type Live } from "./cli-kit.ts";
import { type Staged, stage } from "./stage.ts";

const watched = async ({ far }: Staged, times = 1): Promise<void> => {
  while (far.calls.filter((call) => call === "watch.watch").length < times)
    await new Promise((resolve) => setTimeout(resolve, 20));
};
async function interrupted(live: Live): Promise<{ readonly stdout: string; readonly stderr: string }> {
  live.process.kill("SIGINT");
  const { code, stdout, stderr } = await live.done;
  expect(code).toBe(130);
  return { stdout, stderr };
}
const time = String.raw`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z`;

test("events tell in lines of what another command starts, ends and removes", async () => {
  await using staged = await stage();
  const { bench } = staged;
  const live = bench.start(["events"]);
  await watched(staged);
  await bench.write("t.yaml", "options: { memory: { program: [{ do: exit, code: 3 }] } }\n");
  await bench.run(["run", "--id", "t1", "-f", "t.yaml"]);
  await live.shows("removed");
  const { stdout, stderr } = await interrupted(live);
  expect(stderr).toBe("");
  expect(stdout).toMatch(new RegExp(`^(${time}  far  t1  [^\\n]+\\n)+$`));
  expect(stdout).toMatch(/ {2}far {2}t1 {2}failed: [^\n]*code other than 0: 3; [^\n]*\n/);
  expect(stdout).toMatch(/ {2}far {2}t1 {2}removed\n$/);
  const said = stdout.split("\n").map((line) => line.slice(line.indexOf("far")));
  for (const [index, line] of said.entries()) expect(line).not.toBe(said[index + 1]);
});

test("events go on after a connection that broke, and say that something was missed", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  const live = bench.start(["events", "--json"]);
  await watched(staged);
  await bench.run(["run", "--id", "t1", "--keep", "--", "true"]);
  await live.shows('"outcome":"succeeded"');
  far.cut();
  await watched(staged, 2);
  await live.shows('"event":"resync"');
  await bench.run(["run", "--id", "t2", "--keep", "--", "true"]);
  await live.shows('"id":"t2"');
  const { stdout, stderr } = await interrupted(live);
  expect(stderr).toBe("");
  const resyncs = jsonLines(stdout).filter(({ event }) => event === "resync");
  expect(resyncs).toEqual([{ at: expect.stringMatching(time) as string, runtime: "far", event: "resync" }]);
});

test("events of the runtimes that answer; one that is down is told of", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await bench.write("two.yaml", far.configWithOneDown);
  const live = bench.start(["events", "--config", "two.yaml"]);
  await watched(staged);
  await bench.run(["run", "--id", "t1", "--keep", "--", "true"]);
  await live.shows("t1  succeeded");
  expect((await interrupted(live)).stderr).toMatch(/^longshore: down: unavailable[^\n]*\n$/);
  expect(await bench.run(["events", "--config", "two.yaml", "--runtime", "down"])).toMatchObject({
    code: 125,
    stdout: "",
    stderr: expect.stringMatching(/^longshore: down: unavailable[^\n]*\n$/) as string,
  });
});

test("a reader of events who leaves ends them", async () => {
  await using staged = await stage();
  const { bench } = staged;
  const live = bench.start(["events"]);
  await watched(staged);
  live.process.stdout?.destroy();
  await bench.run(["run", "--id", "t1", "--keep", "--", "true"]);
  expect(await live.done).toMatchObject({ code: 141, stderr: "" });
});

for (const { name, flags, obstacle } of backends) {
  test(`${name}: events tell of a task's end and removal`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    const live = bench.start(["events", "--runtime", name]);
    // Whoever watches has no word for "I am watching": each try makes a change that can be seen.
    for (let tries = 1; !/ {2}t\d+ {2}removed\n/.test(live.text()); tries++)
      await bench.run(["run", "--id", `t${tries}`, ...flags, "--", "true"]);
    expect((await interrupted(live)).stderr).toBe("");
  });
}
