import { expect, test } from "vitest";
import { backends } from "./backends.ts";
import { Bench } from "./cli-kit.ts";

for (const { name, flags, obstacle } of backends) {
  test(`${name}: the first Ctrl-C stops the task and shows it to its end`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    const script = "trap 'echo cleaning; sleep 1; echo cleaned; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
    const live = bench.start(["run", "--id", "c1", ...flags, "--", "sh", "-c", script]);
    await live.shows("ready");
    live.process.kill("SIGINT");
    const { code, stdout, stderr } = await live.done;
    expect(stdout).toBe("ready\ncleaning\ncleaned\n");
    expect(stderr).not.toContain("longshore:"); // the shell itself may say that its sleep was terminated
    expect(code).toBe(130);
    expect(await bench.ps()).toEqual([]);
  });

  test(`${name}: the second Ctrl-C stops waiting`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    const script = "trap 'echo no' TERM; echo ready; while :; do sleep 0.1; done";
    const live = bench.start(["run", "--id", "c2", "--grace", "30s", ...flags, "--", "sh", "-c", script]);
    await live.shows("ready");
    live.process.kill("SIGINT");
    await live.shows("no\n");
    const begun = performance.now();
    live.process.kill("SIGINT");
    const { code, stderr } = await live.done;
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(stderr).toMatch(/^(?!longshore:[^]*longshore:)[^]*longshore: no longer waiting for c2[^\n]*\n$/);
    expect(code).toBe(130);
    expect((await bench.ps()).map(({ id }) => id)).toEqual(["c2"]);
  });

  test(`${name}: Ctrl-C leaves a task alone that is only looked at`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    await bench.run(["run", "--id", "c3", "--detach", ...flags, "--", "sh", "-c", "echo ready; sleep 60"]);
    for (const args of [
      ["logs", "c3", "--follow"],
      ["wait", "c3"],
    ]) {
      const live = bench.start(args);
      if (args[0] === "logs") await live.shows("ready");
      else await new Promise((resolve) => setTimeout(resolve, 1500));
      live.process.kill("SIGINT");
      expect(await live.done).toMatchObject({ code: 130, stderr: "" });
    }
    expect(await bench.ps()).toMatchObject([{ id: "c3", phase: "running" }]);
  });

  test(`${name}: a program that traps TERM and exits with 0 was stopped, also for a new process`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    const script = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.1; done";
    await bench.run(["run", "--id", "s1", "--detach", ...flags, "--", "sh", "-c", script]);
    const follower = bench.start(["logs", "s1", "--follow"]);
    await follower.shows("ready");
    expect(await bench.run(["stop", "s1", "--json"])).toMatchObject({ code: 0, stderr: "" });
    expect((await follower.done).code).toBe(0);
    const { stdout } = await bench.run(["inspect", "s1", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      id: "s1",
      runtime: name,
      kind: "task",
      phase: "exited",
      outcome: "stopped",
      exitCode: 0,
      diagnosis: { code: "stopped" },
    });
    expect((await bench.run(["wait", "s1"])).code).toBe(143);
    expect((await bench.run(["stop", "s1"])).code).toBe(0);
  });
}
