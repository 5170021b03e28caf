import { expect, test } from "vitest";
import { jsonLines } from "./cli-kit.ts";
import { stage } from "./stage.ts";

const web = (more: string): string => `kind: service
id: web
ports: [{ port: 8080 }]
readiness: { port: 8080, timeoutMs: 3000 }
drainMs: 0
${more}`;
const serving = (text: string, replicas = 2): string =>
  web(
    `replicas: ${replicas}\noptions: { memory: { program: [{ do: print, text: ${text} }, { do: serve, port: 8080, text: ${text} }] } }\n`,
  );

test("up starts a service, leaves it as it is, updates it and resumes it", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", serving("one"));
  const first = await bench.run(["up", "-f", "web.yaml"]);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  expect(first.stdout).toMatch(/^web {2}looking\n(web {2}.*\n)*web {2}started, 2\/2 ready\n$/);
  expect((await bench.run(["up", "-f", "web.yaml"])).stdout).toMatch(/web {2}unchanged, 2\/2 ready\n$/);
  await bench.write("web.yaml", serving("two", 3));
  const updated = await bench.run(["up", "-f", "web.yaml", "--json"]);
  expect(updated).toMatchObject({ code: 0, stderr: "" });
  expect(jsonLines(updated.stdout).at(-1)).toMatchObject({
    update: "complete",
    did: "updated",
    id: "web",
    kind: "service",
    desired: 3,
    ready: 3,
  });
  expect(await bench.run(["stop", "web"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect((await bench.run(["ps"])).stdout).toMatch(/^web +far +stopped /m);
  expect((await bench.run(["up", "-f", "web.yaml"])).stdout).toMatch(/web {2}resumed, 3\/3 ready\n$/);
});

test("a service that does not become ready is told of, and stays", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", web("options: { memory: { program: [{ do: sleep, ms: 60000 }] } }\n").replace("3000", "500"));
  const { code, stderr } = await bench.run(["up", "-f", "web.yaml"]);
  expect(stderr).toMatch(/^longshore: web is there and not ready \(0\/1 ready\); longshore logs web may say why\n$/);
  expect(code).toBe(125);
  expect(await bench.ps()).toMatchObject([{ id: "web", kind: "service", desired: 1, ready: 0 }]);
  expect((await bench.run(["up", "-f", "web.yaml", "--detach"])).code).toBe(0);
});

test("several specs of tasks and services go up together, or not at all", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("all.yaml", `${serving("one")}---\nkind: task\nid: seed\nruntime: far\n`);
  const { code, stdout } = await bench.run(["up", "-f", "all.yaml"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^web {2}started, 2\/2 ready$/m);
  expect(stdout).toMatch(/^seed {2}started, (running|exited)$/m);
  await bench.write(
    "bad.yaml",
    "- { kind: task, id: fine }\n- { kind: task, id: broken, options: { memory: { program: 5 } }, comand: [x] }\n",
  );
  const refused = await bench.run(["up", "-f", "bad.yaml"]);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toMatch(/^longshore: bad.yaml: spec 2: .*did you mean command\?/);
  expect(new Set((await bench.ps()).map(({ id }) => id))).toEqual(new Set(["seed", "web"]));
});

const mistakes: readonly (readonly [what: string, text: string, args: readonly string[], said: string])[] = [
  ["no kind", "id: a", [], "kind: got nothing, expected task or service"],
  ["no id", "kind: service", [], "id"],
  ["an unknown runtime", "kind: task\nid: a\nruntime: fer", [], 'runtime: got "fer"; expected far; did you mean far?'],
  ["the same twice", "[{ kind: task, id: a }, { kind: task, id: a }]", [], "a on far is there twice"],
  ["a name for two", "[{ kind: task, id: a }, { kind: task, id: b }]", ["--name", "c"], "holds 2 specs, and --name is for one"],
  ["nothing", "", [], "expected a mapping"],
  ["--wait with --detach", "kind: task\nid: a", ["--wait", "--detach"], "--wait: goes without --detach"],
];
for (const [what, text, args, said] of mistakes) {
  test(`up refuses ${what}`, async () => {
    await using staged = await stage();
    await staged.bench.write("specs.yaml", text);
    const { code, stdout, stderr } = await staged.bench.run(["up", "-f", "specs.yaml", ...args]);
    expect(stderr).toMatch(/^longshore: [^\n]+\n$/);
    expect(stderr).toContain(said);
    expect([code, stdout]).toEqual([2, ""]);
  });
}

test("update gives a service that is there its new spec, and starts none", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", serving("one"));
  const absent = await bench.run(["update", "-f", "web.yaml"]);
  expect(absent).toMatchObject({ code: 125 });
  expect(absent.stderr).toBe("longshore: there is no service web on far; longshore up starts one\n");
  await bench.run(["up", "-f", "web.yaml", "--name", "site"]);
  await bench.write("web.yaml", serving("two", 1));
  expect((await bench.run(["update", "-f", "web.yaml", "--name", "site"])).stdout).toMatch(/site {2}updated, 1\/1 ready\n$/);
  await bench.write("task.yaml", "kind: task\nid: a\n");
  expect(await bench.run(["update", "-f", "task.yaml"])).toMatchObject({ code: 2 });
});

test("an update that does not come up leaves what was ready", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", serving("one"));
  await bench.run(["up", "-f", "web.yaml"]);
  await bench.write(
    "web.yaml",
    web("replicas: 2\noptions: { memory: { program: [{ do: sleep, ms: 60000 }] } }\n").replace("3000", "300"),
  );
  const { code, stderr } = await bench.run(["up", "-f", "web.yaml"]);
  expect(stderr).toMatch(/^longshore: far: update web failed \(timeout\): [^\n]+\n$/);
  expect(code).toBe(125);
  expect(await bench.ps()).toMatchObject([{ id: "web", ready: 2 }]);
});

test("restart replaces the instances, resume takes a stop back; of a task both are refused", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", serving("one"));
  await bench.run(["up", "-f", "web.yaml"]);
  const instances = async (): Promise<readonly unknown[]> => {
    const seen = JSON.parse((await bench.run(["inspect", "web", "--json"])).stdout) as {
      readonly instances: readonly { readonly instance: string }[];
    };
    return seen.instances.map(({ instance }) => instance);
  };
  const before = await instances();
  expect(await bench.run(["restart", "web"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect((await instances()).filter((one) => before.includes(one))).toEqual([]);
  await bench.run(["stop", "web"]);
  const resumed = await bench.run(["resume", "web", "--json"]);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ id: "web", runtime: "far", desired: 2, ready: 2 });
  await bench.run(["run", "--id", "t1", "--keep", "--", "true"]);
  const { code, stderr } = await bench.run(["restart", "t1"]);
  expect([code, stderr]).toEqual([2, "longshore: t1 is a task, which runs once; restart is for services\n"]);
  expect(await bench.run(["resume", "nobody"])).toMatchObject({ code: 125 });
});

test("endpoints are shown as a table, as addresses and as objects", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", serving("one"));
  await bench.run(["up", "-f", "web.yaml"]);
  const table = await bench.run(["endpoints", "web"]);
  expect(table.stdout).toMatch(/^INSTANCE +PORT +ADDRESS +PROTOCOL\n(\S+ +8080 +[\w-]+-web:8080 +tcp\n){2}$/);
  const address = `${bench.owner}-web:8080\n`;
  expect((await bench.run(["endpoints", "web", "--quiet", "--port", "8080"])).stdout).toBe(address.repeat(2));
  expect(jsonLines((await bench.run(["endpoints", "web", "--json"])).stdout)).toMatchObject([
    { id: "web", runtime: "far", port: 8080, host: `${bench.owner}-web`, hostPort: 8080, protocol: "tcp" },
    { port: 8080 },
  ]);
  await bench.run(["stop", "web"]);
  expect(await bench.run(["endpoints", "web"])).toEqual({
    code: 0,
    stdout: "",
    stderr: "longshore: nothing of web can be reached now; longshore inspect web\n",
  });
});

test("logs of a service say which instance wrote them, or show one alone", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", serving("one"));
  await bench.run(["up", "-f", "web.yaml"]);
  const lines = (await bench.run(["logs", "web"])).stdout.trimEnd().split("\n").toSorted();
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/^\S+ +\| one$/);
  const [first = ""] = (lines[0] ?? "").split(" ");
  expect((await bench.run(["logs", "web", "--instance", first])).stdout).toBe("one\n");
  expect((await bench.run(["logs", "web", "--instance", first, "--tail", "5"])).stdout).toBe("one\n");
  expect((await bench.run(["logs", "web", "--no-prefix"])).stdout).toBe("one\none\n");
  const follower = bench.start(["logs", "web", "--follow", "--instance", first, "--tail", "1"]);
  await follower.shows("one\n");
  await bench.run(["stop", "web"]);
  expect(await follower.done).toMatchObject({ code: 0, stdout: "one\n" });
});

test("inspect and ps tell of instances, restarts and how one ended", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write(
    "web.yaml",
    "kind: service\nid: flaky\noptions: { memory: { program: [{ do: sleep, ms: 100 }, { do: exit, code: 7 }] } }\n",
  );
  expect((await bench.run(["up", "-f", "web.yaml"])).code).toBe(0);
  const restarted = async (): Promise<boolean> => Number((await bench.ps())[0]?.["restarts"]) > 0;
  while (!(await restarted()));
  const { stdout } = await bench.run(["inspect", "flaky"]);
  expect(stdout).toMatch(/^state +(0|1)\/1 ready, \d+ restarts?$/m);
  expect(stdout).toMatch(
    /^INSTANCE +PHASE +READY +SPEC +RESTARTS +LAST ENDING\n\S+ +(running|exited) +(yes|no) +current +\d+ +20\S+Z failed: /m,
  );
  expect((await bench.run(["ps"])).stdout).toMatch(/^flaky +far +(0|1)\/1 ready +7 +\d+ /m);
  expect(await bench.run(["wait", "flaky"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("flaky is a service") as string,
  });
});

test("events tell of what changes, once", async () => {
  await using staged = await stage();
  const { bench } = staged;
  const live = bench.start(["events", "--json"]);
  while (!staged.far.calls.includes("watch.watch")) await new Promise((resolve) => setTimeout(resolve, 20));
  await bench.write("web.yaml", serving("one", 1));
  await bench.run(["up", "-f", "web.yaml"]);
  await live.shows('"ready":1');
  await bench.run(["rm", "web"]);
  await live.shows('"event":"removed"');
  live.process.kill("SIGINT");
  const { code, stdout, stderr } = await live.done;
  expect([code, stderr]).toEqual([130, ""]);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ event: "removed", id: "web", runtime: "far" });
});

test("Ctrl-C during up says what goes on", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("web.yaml", web("options: { memory: { program: [{ do: sleep, ms: 60000 }] } }\n"));
  const live = bench.start(["up", "-f", "web.yaml"]);
  await live.shows("0/1 ready");
  live.process.kill("SIGINT");
  const { code, stderr } = await live.done;
  expect(stderr).toBe("longshore: no longer waiting for web; what was begun goes on, and the same command again finishes it\n");
  expect(code).toBe(130);
  expect((await bench.ps()).map(({ id }) => id)).toEqual(["web"]);
});

test("explain asks every runtime about services too", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await bench.write("web.yaml", serving("one"));
  await bench.write("two.yaml", `${far.config.replace("} }", "}, local: { use: local-process } }")}default: far\n`);
  const { code, stdout } = await bench.run(["explain", "-f", "web.yaml", "--config", "two.yaml"]);
  expect(stdout).toMatch(/^web on far, which would be chosen:\n {2}sends .*"kind":"service"/);
  expect(stdout).toMatch(/^web on local:\n {2}/m);
  expect(code).toBe(0);
  const objects = jsonLines((await bench.run(["explain", "-f", "web.yaml", "--config", "two.yaml", "--json"])).stdout);
  expect(objects).toMatchObject([
    { id: "web", runtime: "far", chosen: true, problems: [], requests: [{ kind: "service" }] },
    { id: "web", runtime: "local", chosen: false },
  ]);
});
