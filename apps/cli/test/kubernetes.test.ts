import { beforeEach, expect, test } from "vitest";
import { Bench, jsonLines } from "./cli-kit.ts";

const image = process.env["LONGSHORE_KUBERNETES_IMAGE"] ?? "testcluster/busybox:1";
const config = "runtimes:\n  cluster:\n    use: '@longshore/kubernetes'\n";
const web = (text: string): string => `kind: service
id: web
image: ${image}
command: [sh, -c, 'mkdir /tmp/www; echo ${text} > /tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www']
ports: [{ port: 8080 }]
readiness: { port: 8080 }
drainMs: 0
replicas: 2
`;
async function onCluster(): Promise<Bench> {
  const bench = await Bench.open();
  await bench.write("longshore.yaml", config);
  return bench;
}

// With LONGSHORE_REQUIRE=kubernetes a test that is left out for it has failed.
beforeEach((context) => {
  if (process.env["KUBECONFIG"] === undefined) context.skip("requires kubernetes: KUBECONFIG names no cluster");
});

test("run on a cluster: its lines, its code, and nothing of it left", async () => {
  await using bench = await onCluster();
  const run = ["run", "--id", "a1", "--image", image, "--", "sh", "-c", "echo hello; exit 7"];
  const { code, stdout, stderr } = await bench.run(run);
  expect([code, stdout, stderr]).toEqual([7, "hello\n", ""]);
  expect(await bench.ps()).toEqual([]);
});

test("up on a cluster: started, updated, stopped, gone", async () => {
  await using bench = await onCluster();
  await bench.write("web.yaml", web("one"));
  expect((await bench.run(["up", "-f", "web.yaml"])).stdout).toMatch(/web {2}started, 2\/2 ready\n$/);
  await bench.write("web.yaml", web("two"));
  expect((await bench.run(["up", "-f", "web.yaml"])).stdout).toMatch(/web {2}updated, 2\/2 ready\n$/);
  const endpoints = jsonLines((await bench.run(["endpoints", "web", "--json"])).stdout);
  const answers = await Promise.all(endpoints.map(async ({ host }) => (await fetch(`http://${String(host)}:8080/`)).text()));
  expect(answers).toEqual(["two\n", "two\n"]);
  expect(await bench.run(["stop", "web"])).toMatchObject({ code: 0, stderr: "" });
  expect(await bench.ps()).toMatchObject([{ id: "web", desired: 0, ready: 0 }]);
  expect(await bench.run(["rm", "web"])).toMatchObject({ code: 0 });
  expect(await bench.ps()).toEqual([]);
}, 180_000);

test("doctor asks the cluster itself, also about a file's specs; explain shows what would be sent", async () => {
  await using bench = await onCluster();
  const { code, stdout } = await bench.run(["doctor"]);
  expect(stdout).toMatch(/^ok {4}runtime cluster: opens and answers in \d+ ms$/m);
  expect(code).toBe(0);
  await bench.write("huge.yaml", `kind: task\nid: huge\nimage: ${image}\nresources: { memory: 9999Gi }\n`);
  const huge = await bench.run(["doctor", "-f", "huge.yaml"]);
  expect(huge.stdout).toMatch(
    /^bad {3}huge on runtime cluster: resources\.memory: got 9999Gi, the largest node has \d+Mi; ask for less, or add a larger node$/m,
  );
  expect(huge.code).toBe(125);
  expect((await bench.run(["explain", "-f", "huge.yaml"])).stdout).toMatch(/kind.*Pod/);
});

test("a cluster that is down is told of in one line", async () => {
  await using bench = await onCluster();
  const cluster = "clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:9' } }]";
  const rest =
    "users: [{ name: u, user: { token: x } }]\ncontexts: [{ name: x, context: { cluster: c, user: u } }]\ncurrent-context: x";
  await bench.write("kubeconfig", `apiVersion: v1\nkind: Config\n${cluster}\n${rest}\n`);
  const { code, stdout, stderr } = await bench.run(["run", "--image", image, "--", "true"], {
    KUBECONFIG: `${bench.folder}/kubeconfig`,
  });
  expect([code, stdout]).toEqual([125, ""]);
  expect(stderr).toMatch(/^longshore: [^\n]*no API server answers: connect ECONNREFUSED 127\.0\.0\.1:9\n$/);
});
