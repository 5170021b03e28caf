import { instant, workloadId } from "@longshore/core";
import { expect, test } from "vitest";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { backends } from "./backends.ts";
import { Bench, jsonLines } from "./cli-kit.ts";
import { whyNoDocker } from "./engine.ts";
import { KillingProxy } from "./killing-proxy.ts";
import { type Staged, stage } from "./stage.ts";

const minute = 60_000;

/** What a removal that was cut short leaves, this many minutes old. */
function leave({ bench, far }: Staged, id: string, minutes: number, owner = bench.owner): void {
  const createdAt = instant(Date.now() - minutes * minute);
  far.backend.leftovers.set(`${owner}-${id}`, { owner, id: workloadId(id), what: "volume", createdAt });
}

test("sweep says what it would do, lets be what is young, and does it", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  leave(staged, "old", 20);
  leave(staged, "young", 5);
  leave(staged, "theirs", 20, "stranger");
  await bench.run(["run", "--id", "alive", "--keep", "--", "true"]);
  const would = `far: would remove what is left of old: volume ${bench.owner}-old\n`;
  expect(await bench.run(["sweep", "--dry-run"])).toEqual({ code: 0, stdout: would, stderr: "" });
  expect(far.calls).not.toContain("remove");
  const planned = jsonLines((await bench.run(["sweep", "--dry-run", "--json", "--grace", "1m"])).stdout);
  expect(planned).toMatchObject([{ runtime: "far", dryRun: true, settled: [], stopped: [], failed: [] }]);
  expect(planned[0]?.["removed"]).toMatchObject([{ id: "old", what: "volume" }, { id: "young" }]);
  expect(await bench.run(["sweep"])).toEqual({ code: 0, stdout: would.replace("would remove", "removed"), stderr: "" });
  expect(await bench.run(["sweep"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect((await bench.run(["sweep", "--grace", "1m"])).stdout).toContain("removed what is left of young");
  expect([...far.backend.leftovers.keys()]).toEqual(["stranger-theirs"]);
  expect((await bench.ps()).map(({ id }) => id)).toEqual(["alive"]);
});

test("sweep refuses a grace that is none, before it asks anybody", async () => {
  await using staged = await stage();
  expect(await staged.bench.run(["sweep", "--grace", "soon"])).toEqual({
    code: 2,
    stdout: "",
    stderr: 'longshore: --grace: got "soon", expected a duration such as "10s", "5m" or "500ms"\n',
  });
  expect(staged.far.calls).toEqual([]);
});

test("sweep does what it can where a runtime is down, and exits with 125", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  leave(staged, "old", 20);
  await bench.write("two.yaml", far.configWithOneDown);
  const { code, stdout, stderr } = await bench.run(["sweep", "--config", "two.yaml"]);
  expect(stdout).toMatch(/^far: removed what is left of old/);
  expect(stderr).toMatch(/^longshore: down: unavailable[^\n]*\n$/);
  expect(code).toBe(125);
});

test("local: sweep clears what a killed start left", async () => {
  await using bench = await Bench.open();
  // Dies in the moment when the folder that was prepared is to get its name.
  const preload = join(bench.folder, "die.mjs");
  await writeFile(
    preload,
    `import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
fs.renameSync = (from) => (String(from).includes(".new-") ? process.kill(process.pid, "SIGKILL") : undefined);
syncBuiltinESMExports();`,
  );
  const killed = bench.start(["run", "--id", "cut", "--detach", "--", "sleep", "60"], {
    env: { NODE_OPTIONS: `--import ${preload}` },
  });
  await killed.done;
  expect(killed.process.signalCode).toBe("SIGKILL");
  const [left, ...more] = await bench.ps("--runtime", "local");
  expect([left, more]).toMatchObject([{ id: "cut", kind: "leftover", what: "folder" }, []]);
  const flags = ["sweep", "--runtime", "local"];
  expect((await bench.run(flags)).stdout).toBe("");
  const dry = await bench.run([...flags, "--grace", "1ms", "--dry-run"]);
  expect(dry.stdout).toBe(`local: would remove what is left of cut: folder ${String(left?.["nativeId"])}\n`);
  expect((await bench.run([...flags, "--grace", "1ms"])).stdout).toBe(dry.stdout.replace("would remove", "removed"));
  expect(await bench.ps("--runtime", "local")).toEqual([]);
});

test("docker: sweep clears what a killed removal left", async (context) => {
  const why = await whyNoDocker();
  if (why !== undefined) return context.skip(why);
  await using bench = await Bench.open();
  await bench.run(["run", "--id", "cut", "--detach", "--grace", "1s", ...(backends[1]?.flags ?? []), "--", "sleep", "60"]);
  await bench.run(["stop", "cut", "--runtime", "docker"]);
  await using proxy = await KillingProxy.open(bench.folder, /^DELETE [^ ]*\/volumes\//m);
  const killed = bench.start(["rm", "cut", "--runtime", "docker"], { env: { DOCKER_HOST: `unix://${proxy.path}` } });
  proxy.onSeen(() => killed.process.kill("SIGKILL"));
  await killed.done;
  expect(killed.process.signalCode).toBe("SIGKILL");
  const left = await bench.ps("--runtime", "docker");
  expect(left).toMatchObject([{ id: "cut", kind: "leftover", what: "stop volume" }]);
  const flags = ["sweep", "--runtime", "docker"];
  expect((await bench.run(flags)).stdout).toBe("");
  expect((await bench.run([...flags, "--grace", "1ms"])).stdout).toMatch(
    /^docker: removed what is left of cut: stop volume \S+\n$/,
  );
  expect(await bench.ps("--runtime", "docker")).toEqual([]);
});

test("docker: sweep stops a task that ran past its time limit while nobody was there", async (context) => {
  const why = await whyNoDocker();
  if (why !== undefined) return context.skip(why);
  await using bench = await Bench.open();
  // Its first process ignores TERM: a runtime that is open for a moment, to look, does not end it in passing.
  const flags = ["run", "--id", "late", "--detach", "--timeout", "1s", "--grace", "5s", ...(backends[1]?.flags ?? [])];
  await bench.run([...flags, "--", "sleep", "60"]);
  const [{ deadline } = {}] = await bench.ps("--runtime", "docker");
  await new Promise((resolve) => setTimeout(resolve, Date.parse(String(deadline)) + 200 - Date.now()));
  const sweep = ["sweep", "--runtime", "docker", "--grace", "1ms"];
  expect((await bench.run([...sweep, "--dry-run"])).stdout).toBe("docker: would stop late, past its time limit\n");
  expect((await bench.run(sweep)).stdout).toBe("docker: stopped late, past its time limit\n");
  expect((await bench.run(["wait", "late"])).code).toBe(124);
});
