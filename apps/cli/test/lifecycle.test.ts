import { expect, test } from "vitest";
import { backends } from "./backends.ts";
import { Bench, jsonLines } from "./cli-kit.ts";

const numbers = "for i in 1 2 3 4 5; do echo line $i; echo note $i >&2; sleep 0.02; done";

for (const { name, flags, obstacle } of backends) {
  test(`${name}: logs go on from a cursor, from a time and from the end`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    await bench.run(["run", "--id", "l1", "--keep", ...flags, "--", "sh", "-c", numbers]);
    const all = jsonLines((await bench.run(["logs", "l1", "--json"])).stdout);
    expect(all).toHaveLength(10);
    for (const record of all) expect(Object.keys(record)).toEqual(expect.arrayContaining(["stream", "at", "text", "cursor"]));
    const rest = jsonLines((await bench.run(["logs", "l1", "--json", "--since", String(all[3]?.["cursor"])])).stdout);
    expect(rest.map(({ text }) => text)).toEqual(all.slice(4).map(({ text }) => text));
    const at = all.find(({ text }) => text === "line 4")?.["at"];
    const later = await bench.run(["logs", "l1", "--since", String(at)]);
    expect(later.stdout).toBe("line 4\nline 5\n");
    const tail = await bench.run(["logs", "l1", "--tail", "2", "--json"]);
    expect(jsonLines(tail.stdout).map(({ text }) => text)).toEqual(all.slice(-2).map(({ text }) => text));
    expect(await bench.run(["logs", "l1", "--tail", "0"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await bench.run(["logs", "l1", "--tail", "1", "--since", String(all[3]?.["cursor"])])).toMatchObject({ code: 2 });
  });

  test(`${name}: ps, inspect and rm, each by another process`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    expect(await bench.run(["ps", "--runtime", name])).toEqual({ code: 0, stdout: "", stderr: "" });
    await bench.run(["run", "--id", "p1", "--detach", ...flags, "--", "sleep", "60"]);
    const table = await bench.run(["ps", "--runtime", name]);
    expect(table.stdout.split("\n")[0]).toMatch(/^ID +RUNTIME +STATE +EXIT +RESTARTS +AGE +LABELS$/);
    expect(table.stdout.split("\n")[1]).toMatch(new RegExp(`^p1 +${name} +running +\\d+s$`));
    const seen = JSON.parse((await bench.run(["--json", "inspect", "p1"])).stdout) as object;
    expect(seen).toMatchObject({
      id: "p1",
      runtime: name,
      kind: "task",
      phase: "running",
      outcome: null,
      exitCode: null,
      diagnosis: null,
    });
    expect((await bench.run(["inspect", "p1"])).stdout).toMatch(/^id +p1$/m);
    expect(await bench.run(["inspect", "p1", "--owner", "stranger", "--runtime", name])).toMatchObject({ code: 125 });
    expect(await bench.run(["rm", "p1"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await bench.run(["rm", "p1", "--runtime", name])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await bench.run(["inspect", "p1", "--runtime", name])).toMatchObject({ code: 125 });
    expect(await bench.ps()).toEqual([]);
  });

  test(`${name}: the same id and spec again is the same work`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    const args = ["run", "--id", "same", ...flags, "--", "sh", "-c", "echo once; sleep 2; exit 9"];
    await bench.run([...args.slice(0, 3), "--detach", ...args.slice(3)]);
    expect(await bench.run(args)).toEqual({ code: 9, stdout: "once\n", stderr: "" });
  });
}

test("an id that two runtimes have is not guessed at", async (context) => {
  const why = await backends[1]?.obstacle();
  if (why !== undefined) return context.skip(why);
  await using bench = await Bench.open();
  for (const { flags } of backends) await bench.run(["run", "--id", "twin", "--keep", ...flags, "--", "true"]);
  const { code, stderr } = await bench.run(["rm", "twin"]);
  expect(stderr).toMatch(/^longshore: twin is on local and on docker; choose one with --runtime local\n$/);
  expect(code).toBe(2);
  expect(await bench.run(["rm", "twin", "--runtime", "docker"])).toMatchObject({ code: 0 });
  expect((await bench.ps()).map(({ runtime }) => runtime)).toEqual(["local"]);
});
