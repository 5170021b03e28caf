import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, type TestContext, test } from "vitest";
import { type Backend, backends } from "./backends.ts";
import { Bench, bin, type Done, jsonLines } from "./cli-kit.ts";

type Body = (bench: Bench, sh: (script: string, ...flags: readonly string[]) => Promise<Done>, backend: Backend) => Promise<void>;

for (const backend of backends) {
  const { name, flags, obstacle } = backend;
  const on = (what: string, body: Body): void =>
    test(`${name}: ${what}`, async (context: TestContext) => {
      const why = await obstacle();
      if (why !== undefined) return context.skip(why);
      await using bench = await Bench.open();
      await body(bench, (script, ...more) => bench.run(["run", ...flags, ...more, "--", "sh", "-c", script]), backend);
    }) as unknown as void;

  on("output goes where the program wrote it, and nothing else is printed", async (bench, sh) => {
    expect(await sh("echo out; echo err >&2; printf tail")).toEqual({ code: 0, stdout: "out\ntail\n", stderr: "err\n" });
    expect(await bench.ps()).toEqual([]);
  });
  on("a line of 200,000 characters comes whole", async (_bench, sh) => {
    const { stdout } = await sh("head -c 200000 /dev/zero | tr '\\0' x; echo; echo end");
    expect(stdout).toBe(`${"x".repeat(200_000)}\nend\n`);
  });
  on("exits as the program does, and says nothing of its own", async (_bench, sh) => {
    expect(await sh("exit 3")).toEqual({ code: 3, stdout: "", stderr: "" });
    expect((await sh("exit 1")).code).toBe(1);
    expect((await sh("exit 255")).code).toBe(255);
  });
  on("a signal is 128 and its number", async (_bench, sh) => {
    // The first process of a container ignores its own signals: there it is a child that dies, and the shell that says so.
    const { code, stderr } = await sh(name === "local" ? "kill -KILL $$; sleep 5" : "sh -c 'kill -KILL $$'; exit $?");
    expect(stderr).toMatch(name === "local" ? /^longshore: [^\n]*SIGKILL[^\n]*\n$/ : /^(Killed\n)?$/);
    expect(code).toBe(137);
  });
  on("the time limit ends it with 124", async (bench, sh) => {
    const { code, stdout, stderr } = await sh("echo begun; sleep 30; echo never", "--timeout", "1s", "--grace", "500ms");
    expect(stdout).toBe("begun\n");
    expect(stderr).toMatch(/^longshore: [^\n]*timed-out: the program ran into its time limit[^\n]*\n$/);
    expect(code).toBe(124);
    expect(await bench.ps()).toEqual([]);
  });
  on("variables, working directory and arguments arrive, the rest of our environment does not", async (_bench, sh) => {
    const { stdout } = await sh(
      'echo "$A|$PWD|${LONGSHORE_STATE_DIR-none}"; command -v ls >/dev/null && echo path',
      "--env",
      "A=x=1 y",
      "--workdir",
      "/tmp",
    );
    expect(stdout).toBe("x=1 y|/tmp|none\npath\n");
  });
  on("a secret is found in a file and nowhere else", async (bench) => {
    const args = [
      "run",
      ...flags,
      "--keep",
      "--id",
      "s1",
      "--secret",
      "TOKEN=env:MY_TOKEN",
      "--",
      "sh",
      "-c",
      "wc -c < $TOKEN_FILE; cat $TOKEN_FILE; env",
    ];
    const { stdout, stderr, code } = await bench.run(args, { MY_TOKEN: "hunter2-hunter2" });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.trim()).toMatch(/^15\n/);
    expect(stdout).not.toContain("hunter2");
    expect((await bench.run(["inspect", "s1", "--json"])).stdout).not.toContain("hunter2");
  });
  on("--keep and --detach leave it, and its id is printed", async (bench, sh) => {
    const { stdout, stderr, code } = await sh("echo hello; exit 4", "--detach", "--label", "team=blue");
    const id = stdout.trim();
    expect([stderr, code]).toEqual(["", 0]);
    expect(stdout).toMatch(/^[a-z][a-z0-9-]{3,39}\n$/);
    expect((await bench.run(["wait", id])).code).toBe(4);
    expect(await bench.run(["logs", id])).toMatchObject({ code: 0, stdout: "hello\n", stderr: "" });
    expect(await bench.ps()).toMatchObject([
      { id, runtime: name, kind: "task", phase: "exited", outcome: "failed", exitCode: 4, labels: { team: "blue" } },
    ]);
    await sh("exit 0", "--keep", "--id", "kept");
    expect((await bench.ps()).map((one) => one["id"])).toContain("kept");
  });
  on("--json prints every update as a line", async (_bench, sh) => {
    const { stdout, stderr, code } = await sh("echo out; echo err >&2; exit 5", "--json", "--id", "j1");
    const updates = jsonLines(stdout);
    expect([stderr, code]).toEqual(["", 5]);
    expect(updates.filter(({ update }) => update === "log")).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ stream: "stdout", text: "out", cursor: expect.stringMatching(/^v1\./) as string }),
        expect.objectContaining({ stream: "stderr", text: "err" }),
      ]),
    );
    expect(updates.at(-1)).toMatchObject({
      update: "complete",
      id: "j1",
      runtime: name,
      phase: "exited",
      outcome: "failed",
      exitCode: 5,
    });
    expect(updates.at(-1)).toMatchObject({ diagnosis: { class: "user", code: "exit-code" } });
  });
  on("a spec comes from a file, and flags take its place", async (bench) => {
    await bench.write("spec.yaml", "env: { A: file, B: file }\ncommand: [sh, -c, 'echo $A $B; exit 6']\nlabels: { team: red }\n");
    const { stdout, code } = await bench.run(["run", ...flags, "-f", "spec.yaml", "--env", "B=flag"]);
    expect([stdout, code]).toEqual(["file flag\n", 6]);
  });
  on("explain says what would be sent or refused, and starts nothing", async (bench) => {
    await bench.write("spec.yaml", "command: [echo, hello]\nresources: { cpu: 500m }\n");
    const good = await bench.run(["explain", ...flags, "-f", "spec.yaml"]);
    expect(good).toMatchObject({ code: 0, stderr: "" });
    expect(good.stdout).toMatch(/^sends /m);
    await bench.write("bad.yaml", "command: [echo, hello]\nidentity: { taskRole: admin }\n");
    const bad = await bench.run(["explain", ...flags, "-f", "bad.yaml"]);
    expect([bad.code, bad.stdout]).toEqual([2, expect.stringMatching(/^refused +identity: /m)]);
    expect(await bench.ps()).toEqual([]);
  });
  on("a reader who leaves early ends it quietly", async (bench) => {
    const live = bench.start(["run", ...flags, "--grace", "1s", "--", "sh", "-c", "while echo y; do sleep 0.05; done"]);
    await live.shows("y\n");
    live.process.stdout?.destroy();
    expect(await live.done).toMatchObject({ code: 141, stderr: "" });
    expect(await bench.ps()).toEqual([]);
  });
}

test("a reader who leaves a program that never stops writing ends it at once", async () => {
  await using bench = await Bench.open();
  const live = bench.start(["run", "--", "yes"]);
  await live.shows("y\n");
  live.process.stdout?.destroy();
  expect(await live.done).toMatchObject({ code: 141, stderr: "" });
  expect(await bench.ps("--runtime", "local")).toEqual([]);
});

test("a terminal without a size gets no spinner", async () => {
  await using bench = await Bench.open();
  // script(1) makes a terminal, and without one of its own that has no rows and columns.
  const command = [process.execPath, bin, "run", "--runtime", "local", "--owner", bench.owner, "--", "echo", "hello"].join(" ");
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: bench.folder,
    env: bench.environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.on("data", (piece: Buffer) => {
    shown += piece.toString();
    if (shown.length > 10_000) child.kill("SIGKILL");
  });
  await once(child, "close");
  expect(shown).toBe("hello\r\n");
});

test("out of memory is 137 and says so", async (context) => {
  const docker = backends[1] as Backend;
  const why = await docker.obstacle();
  if (why !== undefined) return context.skip(why);
  await using bench = await Bench.open();
  const { code, stderr } = await bench.run([
    "run",
    ...docker.flags,
    "--memory",
    "16Mi",
    "--",
    "sh",
    "-c",
    "x=a; while :; do x=$x$x$x; done",
  ]);
  expect(code).toBe(137);
  expect(stderr).toMatch(/longshore: [^\n]*more memory than its limit/);
});

test("without a config, an image means docker", async (context) => {
  const docker = backends[1] as Backend;
  const why = await docker.obstacle();
  if (why !== undefined) return context.skip(why);
  await using bench = await Bench.open();
  const { stdout } = await bench.run(["run", ...docker.flags.slice(2), "--json", "--", "true"]);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ runtime: "docker", outcome: "succeeded" });
});
