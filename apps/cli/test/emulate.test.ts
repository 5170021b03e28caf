import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { request as requestOverTls } from "node:https";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Bench, jsonLines, type Live } from "./cli-kit.ts";
import { image, whyNoDocker } from "./engine.ts";

const engines = [
  { engine: "process", obstacle: async () => undefined },
  { engine: "docker", obstacle: whyNoDocker },
];
const authorization = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=00";

/** One call of ECS, by nothing but HTTP. */
async function ecs(url: string, operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
  const headers = { authorization, "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}` };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(input) });
  return (await answer.json()) as Readonly<Record<string, unknown>>;
}

const definitionOf = (script: string) => ({
  family: "job",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "main", image, command: ["sh", "-c", script] }],
});
const launch = {
  launchType: "FARGATE",
  networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-0123456789abcdef0"] } },
};

interface Running {
  readonly live: Live;
  readonly url: string;
  readonly taskArn: string;
}

/** The command with a task that runs. */
async function runATask(bench: Bench, flags: readonly string[]): Promise<Running> {
  const live = bench.start(["emulate", "ecs", "--port", "0", "--json", ...flags]);
  await live.shows("\n");
  const [told] = jsonLines(live.text());
  const url = String(told?.["url"]);
  const pid = join(bench.folder, "pid");
  await ecs(url, "RegisterTaskDefinition", definitionOf(`[ ! -d ${bench.folder} ] || echo $$ > ${pid}; sleep 300`));
  const { tasks } = (await ecs(url, "RunTask", { taskDefinition: "job", ...launch })) as { tasks: { taskArn: string }[] };
  const taskArn = tasks[0]!.taskArn;
  for (;;) {
    const answer = (await ecs(url, "DescribeTasks", { tasks: [taskArn] })) as { tasks: { lastStatus: string }[] };
    if (answer.tasks[0]?.lastStatus === "RUNNING") return { live, url, taskArn };
    if (answer.tasks[0]?.lastStatus === "STOPPED") throw new Error(JSON.stringify(answer));
  }
}

/** The number that a task has written, or is about to. */
async function pidIn(file: string): Promise<number> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.endsWith("\n")) return Number(text);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The containers of a Docker engine that are a task's. */
const containersOf = (taskArn: string): Promise<readonly unknown[]> =>
  new Promise((resolve, reject) => {
    const filters = encodeURIComponent(JSON.stringify({ label: [`longshore.emulator.task=${taskArn}`] }));
    const socketPath = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");
    request({ socketPath, path: `/containers/json?all=1&filters=${filters}` }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.once("end", () => resolve(JSON.parse(text) as unknown[]));
    })
      .on("error", reject)
      .end();
  });

for (const { engine, obstacle } of engines)
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    test(`emulate ecs by ${engine}: ${signal} leaves nothing running`, async (context) => {
      const why = await obstacle();
      if (why !== undefined) return context.skip(why);
      await using bench = await Bench.open();
      const { live, url, taskArn } = await runATask(bench, ["--engine", engine]);
      if (engine === "docker") expect(await containersOf(taskArn)).toHaveLength(1);
      const pid = engine === "process" && (await pidIn(join(bench.folder, "pid")));
      if (pid !== false) expect(process.kill(pid, 0)).toBe(true);
      live.process.kill(signal);
      expect(await live.done).toMatchObject({ code, stderr: "" });
      if (pid !== false) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
      if (engine === "docker") expect(await containersOf(taskArn)).toEqual([]);
      await expect(fetch(url)).rejects.toThrow();
    });

test("emulate ecs says in three lines how SDKs and the AWS CLI are pointed at it", async () => {
  await using bench = await Bench.open();
  const live = bench.start(["emulate", "ecs", "--port", "0", "--engine", "process"]);
  await live.shows("AWS CLI");
  live.process.kill("SIGINT");
  const { stdout } = await live.done;
  const [, url] = /at (http:\/\/127\.0\.0\.1:\d+), containers by process/.exec(stdout) ?? [];
  expect(stdout.trimEnd().split("\n").slice(1)).toEqual([
    `  any SDK   export AWS_ENDPOINT_URL=${url} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any`,
    expect.stringContaining(`endpoint: "${url}"`),
    expect.stringContaining(`aws --endpoint-url ${url} ecs list-clusters`),
  ]);
});

test("emulate ecs plays the faults of a file", async () => {
  await using bench = await Bench.open();
  await bench.write("faults.yaml", '- { operation: "ecs:ListClusters", fault: { kind: throttle }, times: 1 }\n');
  const live = bench.start(["emulate", "ecs", "--port", "0", "--engine", "process", "--json", "--faults", "faults.yaml"]);
  await live.shows("\n");
  const url = String(jsonLines(live.text())[0]?.["url"]);
  expect(await ecs(url, "ListClusters", {})).toMatchObject({ __type: "ThrottlingException" });
  expect(await ecs(url, "ListClusters", {})).toMatchObject({ clusterArns: [expect.stringContaining("cluster/default")] });
  live.process.kill("SIGINT");
  await live.done;
});

test("emulate refuses what it cannot do, and says what it can", async () => {
  await using bench = await Bench.open();
  await bench.write("bad.json", '[{ "operation": "ecs:RunTask", "fault": { "kind": "thrttle" } }]');
  const refused = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await bench.run(["emulate", ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    return stderr;
  };
  expect(await refused("ecss")).toContain("ecs");
  expect(await refused("ecs", "--engine", "podman")).toContain("docker");
  expect(await refused("ecs", "--port", "http")).toContain("--port");
  expect(await refused("ecs", "--speed", "0")).toContain("--speed");
  expect(await refused("ecs", "--faults", "none.yaml")).toContain("no such file");
  expect(await refused("ecs", "--engine", "process", "--faults", "bad.json")).toMatch(/rule 1.*thrttle/);
});

test("emulate tells of a port that is taken", async () => {
  await using bench = await Bench.open();
  const live = bench.start(["emulate", "ecs", "--port", "0", "--engine", "process", "--json"]);
  await live.shows("\n");
  const port = new URL(String(jsonLines(live.text())[0]?.["url"])).port;
  const { code, stderr } = await bench.run(["emulate", "ecs", "--port", port, "--engine", "process"]);
  expect({ code, stderr }).toEqual({ code: 125, stderr: expect.stringContaining(`port ${port} is taken`) as string });
  live.process.kill("SIGINT");
  await live.done;
});

test("emulate cloud-run says how clients are pointed at it, serves REST, and leaves nothing running", async () => {
  await using bench = await Bench.open();
  const live = bench.start(["emulate", "cloud-run", "--port", "0", "--rest-port", "0", "--engine", "process"]);
  await live.shows("curl");
  const [, port, url] =
    /at 127\.0\.0\.1:(\d+) \(gRPC\) and (http:\/\/127\.0\.0\.1:\d+) \(REST\), containers by process/.exec(live.text()) ?? [];
  const parent = `${url}/v2/projects/any/locations/europe-west1`;
  const pid = join(bench.folder, "pid");
  const post = async (path: string, body: object): Promise<unknown> => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return (await fetch(`${parent}${path}`, init)).json();
  };
  const command = ["sh", "-c", `echo $$ > ${pid}; sleep 300`];
  await post("/jobs?jobId=job", { template: { template: { containers: [{ image, command }] } } });
  const { metadata } = (await post("/jobs/job:run", {})) as { metadata: { name: string } };
  for (let running = 0; running === 0;) {
    const answer = await fetch(`${url}/v2/${metadata.name}`);
    ({ runningCount: running = 0 } = (await answer.json()) as { runningCount?: number });
  }
  await expect.poll(() => readFile(pid, "utf8")).toMatch(/\d+\n/);
  const number = Number(await readFile(pid, "utf8"));
  live.process.kill("SIGINT");
  const { stdout, code } = await live.done;
  expect(code).toBe(130);
  expect(stdout.trimEnd().split("\n").slice(1)).toEqual([
    "  any SDK   export METADATA_SERVER_DETECTION=none GOOGLE_CLOUD_PROJECT=any",
    expect.stringContaining(`port: ${port}`),
    `  REST      curl ${parent}/jobs`,
  ]);
  expect(() => process.kill(number, 0)).toThrow("ESRCH");
  await expect(fetch(parent)).rejects.toThrow();
});

test("emulate cloud-run tells which of its ports is taken, and ecs has no second one", async () => {
  await using bench = await Bench.open();
  const live = bench.start(["emulate", "cloud-run", "--port", "0", "--engine", "process", "--json"]);
  await live.shows("\n");
  const [told] = jsonLines(live.text());
  const rest = new URL(String(told?.["url"])).port;
  const second = await bench.run(["emulate", "cloud-run", "--port", String(told?.["port"]), "--engine", "process"]);
  expect(second).toMatchObject({
    code: 125,
    stderr: expect.stringContaining(`port ${String(told?.["port"])} is taken; --port`) as string,
  });
  const third = await bench.run(["emulate", "cloud-run", "--port", "0", "--rest-port", rest, "--engine", "process"]);
  expect(third).toMatchObject({ code: 125, stderr: expect.stringContaining(`port ${rest} is taken; --rest-port`) as string });
  const fourth = await bench.run(["emulate", "ecs", "--rest-port", "0"]);
  expect(fourth).toMatchObject({ code: 2, stderr: expect.stringContaining("--rest-port") as string });
  live.process.kill("SIGINT");
  await live.done;
});

const group = { location: "westeurope", properties: { osType: "Linux", restartPolicy: "Never" } };
const groupPath =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/any/providers/Microsoft.ContainerInstance/containerGroups/job?api-version=2023-05-01";

/** One call of Container Instances, by nothing but HTTPS with the certificate that it is told to trust. */
const arm = (url: string, ca: string, { method, body }: { method: string; body?: object }): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: "Bearer any" };
    requestOverTls(`${url}${groupPath}`, { method, headers, ca }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      answer.once("end", () => resolve(JSON.parse(text) as Record<string, unknown>));
    })
      .on("error", reject)
      .end(body && JSON.stringify(body));
  });

test("emulate aci says how to trust it, serves who does, and leaves nothing running", async () => {
  await using bench = await Bench.open();
  const live = bench.start(["emulate", "aci", "--port", "0", "--engine", "process", "--ca-out", "ca.pem"]);
  await live.shows("curl");
  const [, url = ""] = /Container Instances at (https:\/\/127\.0\.0\.1:\d+), containers by process/.exec(live.text()) ?? [];
  const file = join(bench.folder, "ca.pem");
  const ca = await readFile(file, "utf8");
  const pid = join(bench.folder, "pid");
  const command = ["sh", "-c", `echo $$ > ${pid}; sleep 300`];
  const container = { name: "main", properties: { image, command, resources: { requests: { cpu: 1, memoryInGB: 0.5 } } } };
  await arm(url, ca, { method: "PUT", body: { ...group, properties: { ...group.properties, containers: [container] } } });
  await expect.poll(() => readFile(pid, "utf8").catch(() => "")).toMatch(/\d+\n/);
  expect(await arm(url, ca, { method: "GET" })).toMatchObject({ properties: { instanceView: { state: "Running" } } });
  // Whoever was not told to trust it does not.
  await expect(fetch(`${url}${groupPath}`)).rejects.toThrow();
  const number = Number(await readFile(pid, "utf8"));
  live.process.kill("SIGINT");
  const { stdout, code } = await live.done;
  expect(code).toBe(130);
  expect(stdout.trimEnd().split("\n").slice(1)).toEqual([
    `  to trust  export NODE_EXTRA_CA_CERTS=${file} REQUESTS_CA_BUNDLE=${file}`,
    expect.stringContaining(`endpoint: "${url}", tlsOptions: { ca: readFileSync("${file}") }`),
    expect.stringContaining(`curl --cacert ${file} --header "authorization: Bearer any" "${url}/subscriptions/`),
  ]);
  expect(() => process.kill(number, 0)).toThrow("ESRCH");
});

test("emulate aci speaks plain HTTP where it is told to, and tells programs its certificate otherwise", async () => {
  await using bench = await Bench.open();
  const plain = bench.start(["emulate", "aci", "--port", "0", "--engine", "process", "--http"]);
  await plain.shows("curl");
  const [, url] = /at (http:\/\/127\.0\.0\.1:\d+),/.exec(plain.text()) ?? [];
  expect((await fetch(`${url}${groupPath}`)).status).toBe(404);
  expect(plain.text()).toContain('removePolicy({ name: "bearerTokenAuthenticationPolicy" })');
  plain.process.kill("SIGINT");
  const told = bench.start(["emulate", "aci", "--port", "0", "--engine", "process", "--json"]);
  await told.shows("\n");
  const [{ url: secure, ca } = {}] = jsonLines(told.text());
  expect(await arm(String(secure), String(ca), { method: "GET" })).toMatchObject({ error: { code: "ResourceNotFound" } });
  told.process.kill("SIGINT");
  await Promise.all([plain.done, told.done]);
});

test("emulate refuses flags of another cloud, and a certificate that it cannot write", async () => {
  await using bench = await Bench.open();
  const refused = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await bench.run(["emulate", ...words]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    return stderr;
  };
  expect(await refused("ecs", "--http")).toContain("--http");
  expect(await refused("cloud-run", "--ca-out", "ca.pem")).toContain("--ca-out");
  expect(await refused("aci", "--http", "--ca-out", "ca.pem")).toContain("--ca-out");
  expect(await refused("aci", "--rest-port", "0")).toContain("--rest-port");
  expect(await refused("aci", "--port", "0", "--engine", "process", "--ca-out", "none/ca.pem")).toMatch(
    /--ca-out.*none\/ca\.pem/,
  );
});
