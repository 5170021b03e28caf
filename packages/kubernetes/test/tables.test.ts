import { parseMemory, type TaskSpec, type WorkloadSpec, workloadId, owner } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import { describe, expect, test } from "vitest";
import type { V1Container, V1Pod, V1PodSpec } from "../src/objects.ts";
import { classifyKubernetesError } from "../src/classify-kubernetes-error.ts";
import { diagnoseWaiting } from "../src/diagnose-waiting.ts";
import type { KubernetesOptions } from "../src/kubernetes-config.ts";
import { LogPlacer } from "../src/log-placer.ts";
import { isOver, mapPod } from "../src/map-pod-state.ts";
import { parsePodLog } from "../src/parse-pod-log.ts";
import { readQuantity } from "../src/read-quantity.ts";
import { toDockerConfig } from "../src/to-docker-config.ts";
import { toPodRequest } from "../src/to-pod-request.ts";
import { container, ended, podWith, running, waiting } from "./pods.ts";

const http = (code: number, reason: string, message: string): unknown => ({
  code,
  body: JSON.stringify({ kind: "Status", reason, message }),
  headers: { "retry-after": "3" },
});

describe("errors as the API server and the way to it give them", () => {
  test.each<[string, unknown, string, boolean]>([
    ["nobody listens", { code: "ECONNREFUSED", message: "connect" }, "unavailable", false],
    ["cut", { code: "ECONNRESET", message: "socket hang up" }, "unavailable", true],
    ["cut without a code", new Error("aborted"), "unavailable", true],
    ["no answer", Object.assign(new Error("x"), { name: "TimeoutError", code: undefined }), "unavailable", true],
    ["an old certificate", { code: "CERT_HAS_EXPIRED", message: "x" }, "unauthenticated", false],
    ["a stranger's certificate", { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", message: "x" }, "unauthenticated", false],
    ["no credentials", http(401, "Unauthorized", "Unauthorized"), "unauthenticated", false],
    ["no right", http(403, "Forbidden", 'pods is forbidden: User "u" cannot create resource'), "permission-denied", false],
    ["quota", http(403, "Forbidden", "pods x is forbidden: exceeded quota: q, requested: pods=1"), "quota-exceeded", false],
    [
      "admission",
      http(403, "Forbidden", 'pods "x" is forbidden: violates PodSecurity "restricted:v1.25"'),
      "invalid-spec",
      false,
    ],
    ["not there", http(404, "NotFound", "pods x not found"), "not-found", false],
    ["name taken", http(409, "AlreadyExists", "pods x already exists"), "conflict", false],
    ["refused", http(422, "Invalid", "Pod x is invalid"), "invalid-spec", false],
    ["too many", http(429, "TooManyRequests", "slow down"), "throttled", false],
    ["the server failed", http(500, "InternalError", "etcdserver: request timed out"), "unavailable", true],
    ["a proxy in between", { code: 502, body: "<html>bad\ngateway</html>" }, "unavailable", true],
  ])("%s", (_name, error, code, ambiguous) => {
    const fault = classifyKubernetesError(error);
    expect([fault?.code, fault?.ambiguous === true]).toEqual([code, ambiguous]);
    expect(fault?.message ?? "").not.toMatch(/\n/);
  });
  test("what is throttled says for how long", () => {
    expect(classifyKubernetesError(http(429, "TooManyRequests", "x"))?.retryAfterMs).toBe(3000);
  });
  test.each([undefined, null, "text", new Error("mine")])("%s is not the API server's", (error) => {
    expect(classifyKubernetesError(error)).toBeUndefined();
  });
});

const record = (key: string, value: object): Partial<V1Pod> => ({
  metadata: {
    name: "o-a",
    labels: { "longshore/id": "a" },
    annotations: { [`longshore/${key}`]: JSON.stringify({ at: "2026-11-21T09:00:09.000000000Z", ...value }) },
    creationTimestamp: new Date(0),
  },
});
const stopped = record("intent", { intent: "stopped" });

describe("states of a pod", () => {
  test.each<[string, V1Pod, string]>([
    ["ended well", podWith(ended(0, "Completed")), "succeeded"],
    ["a code", podWith(ended(3, "Error")), "exit-code"],
    ["killed", podWith(ended(137, "Error")), "exit-code"],
    ["out of memory", podWith(ended(137, "OOMKilled")), "out-of-memory"],
    ["stopped, and exited with 0", podWith(ended(0, "Completed"), stopped), "stopped"],
    ["time limit", podWith({ ...ended(137, "Error"), phase: "Failed", reason: "DeadlineExceeded" }), "time-limit"],
    ["evicted", podWith({ phase: "Failed", reason: "Evicted", message: "low on disk" }), "evicted"],
    ["the node shut down", podWith({ phase: "Failed", reason: "Shutdown" }), "interrupted"],
    ["preempted by a node", podWith({ phase: "Failed", reason: "Preempting" }), "interrupted"],
    ["no room on the node", podWith({ phase: "Failed", reason: "OutOfcpu" }), "no-capacity"],
    [
      "deleted by somebody, and exited with 0",
      podWith(ended(0, "Completed"), {
        metadata: { deletionTimestamp: new Date(Date.UTC(2026, 10, 21, 9, 0, 12)), deletionGracePeriodSeconds: 10 },
      }),
      "interrupted",
    ],
    ["no such program", podWith(ended(127, "ContainerCannotRun", 'exec: "x": executable file not found')), "command-not-found"],
    ["not to be run", podWith(ended(128, "StartError", "exec format error")), "command-not-executable"],
    ["how is not known", podWith({ phase: "Failed" }), "exit-unknown"],
    [
      "an empty word of an old kubelet is no proof",
      podWith({ ...container({ terminated: { exitCode: 0 } }), phase: "Failed" }),
      "exit-unknown",
    ],
    [
      "settled as hopeless",
      podWith({ phase: "Failed", reason: "DeadlineExceeded" }, record("verdict", { failure: { code: "image-not-found" } })),
      "image-not-found",
    ],
    [
      "never placed, and stopped",
      podWith({ phase: "Pending" }, { ...stopped, spec: { nodeName: undefined as never, containers: [] } }),
      "stopped",
    ],
  ])("%s", (_name, pod, expected) => {
    const { state } = mapPod(pod);
    expect(state.phase).toBe("exited");
    if (state.phase !== "exited") return;
    expect(state.outcome === "succeeded" ? "succeeded" : state.diagnosis.code).toBe(expected);
  });
  test("runs, stops, waits", () => {
    expect(mapPod(podWith(running)).state.phase).toBe("running");
    expect(mapPod(podWith(running, stopped)).state.phase).toBe("stopping");
    expect(mapPod(podWith(waiting("ContainerCreating", ""))).state).toEqual({ phase: "pending", reason: "ContainerCreating" });
  });
  test("Failed while its container still runs is no end before grace and deadline are over", () => {
    const pod = podWith(
      { ...running, phase: "Failed", reason: "DeadlineExceeded" },
      { spec: { activeDeadlineSeconds: 5, terminationGracePeriodSeconds: 10, containers: [] } },
    );
    const begun = pod.status?.startTime?.getTime() ?? 0;
    expect([isOver(pod, begun + 10_000), isOver(pod, begun + 30_000)]).toEqual([false, true]);
  });
  test("labels of the caller's only", () => expect(mapPod(podWith(running)).labels).toEqual({ team: "blue" }));
});

describe("what a container waits for", () => {
  test.each<[string, string, string | undefined]>([
    ["InvalidImageName", "couldn't parse", "image-not-found"],
    ["ErrImageNeverPull", "is not present with pull policy of Never", "image-not-found"],
    ["ErrImagePull", "manifest for x:1 not found: manifest unknown", "image-not-found"],
    ["ErrImagePull", "unauthorized: authentication required", "image-unauthorized"],
    ["ErrImagePull", "no matching manifest for linux/amd64 in the manifest list", "image-platform"],
    ["ErrImagePull", "dial tcp 10.0.0.1:443: connect: connection refused", undefined],
    ["ImagePullBackOff", 'Back-off pulling image "x"', undefined],
    ["CreateContainerConfigError", 'secret "theirs" not found', "invalid-config"],
    ["CreateContainerConfigError", 'secret "o-a-secrets" not found', undefined],
    ["ContainerCreating", "", undefined],
  ])("%s: %s", (reason, message, code) => {
    expect(diagnoseWaiting(podWith(waiting(reason, message)))?.hopeless?.code).toBe(code);
  });
});

const order = (
  more: Partial<TaskSpec> | Partial<WorkloadSpec> = {},
  options: KubernetesOptions = {},
): Order<KubernetesOptions> => ({
  spec: { kind: "task", id: workloadId("a"), image: "i:1", ...more } as WorkloadSpec,
  resources: { memory: parseMemory("64Mi") },
  specHash: "v1:0123456789abcdef",
  options,
});
function podSpecOf(given: Order<KubernetesOptions>): V1PodSpec {
  const manifest = toPodRequest(given, owner("o")).requests[0]?.manifest ?? expect.fail("no request");
  const { spec } = manifest as { readonly spec: V1PodSpec & { readonly template?: { readonly spec: V1PodSpec } } };
  return spec.template?.spec ?? spec;
}

/** kubernetes.io/docs/concepts/security/pod-security-standards, baseline and restricted. */
const restricted: readonly (readonly [rule: string, holds: (spec: V1PodSpec, main: V1Container) => boolean])[] = [
  ["no host namespaces", ({ hostNetwork, hostPID, hostIPC }) => !(hostNetwork ?? hostPID ?? hostIPC ?? false)],
  ["not privileged", (_spec, { securityContext }) => securityContext?.privileged !== true],
  ["no privilege escalation", (_spec, { securityContext }) => securityContext?.allowPrivilegeEscalation === false],
  ["drops all capabilities", (_spec, { securityContext }) => securityContext?.capabilities?.drop?.includes("ALL") === true],
  [
    "adds none but NET_BIND_SERVICE",
    (_spec, { securityContext }) => (securityContext?.capabilities?.add ?? []).every((one) => one === "NET_BIND_SERVICE"),
  ],
  ["no host ports", (_spec, { ports = [] }) => ports.every(({ hostPort }) => hostPort === undefined)],
  [
    "seccomp of the runtime",
    ({ securityContext }) => ["RuntimeDefault", "Localhost"].includes(securityContext?.seccompProfile?.type ?? ""),
  ],
  ["runs as non-root", ({ securityContext }) => securityContext?.runAsNonRoot === true && securityContext.runAsUser !== 0],
  ["no sysctls", ({ securityContext }) => securityContext?.sysctls === undefined],
  ["usual /proc", (_spec, { securityContext }) => securityContext?.procMount === undefined],
  [
    "volumes of the allowed kinds",
    ({ volumes = [] }) =>
      volumes.every((volume) =>
        Object.keys(volume).every((key) => ["name", "projected", "persistentVolumeClaim", "secret", "emptyDir"].includes(key)),
      ),
  ],
];
const demanding: Partial<TaskSpec> = {
  secrets: { TOKEN: { resolve: "k", as: "file" }, WORD: { backend: "theirs/word", as: "env" } },
  mounts: [{ volume: "claim", path: "/data" }],
  ports: [{ port: 8080 }],
  init: true,
  tty: true,
};
describe.each([
  ["a task", order(demanding)],
  [
    "a service with a sidecar",
    order({ ...demanding, kind: "service" } as Partial<WorkloadSpec>, { sidecars: [{ name: "side", image: "s:1" }] }),
  ],
])("the restricted level: %s", (_name, given) => {
  test.each(restricted)("%s", (_rule, holds) => {
    const spec = podSpecOf(given);
    expect(spec.containers.length).toBeGreaterThan(0);
    for (const one of spec.containers) expect(holds(spec, one)).toBe(true);
  });
});

describe("plans", () => {
  test.each<[string, Partial<TaskSpec>, KubernetesOptions]>([
    ["labels.team", { labels: { team: "x".repeat(64) } }, {}],
    ["labels.longshore/id", { labels: { "longshore/id": "x" } }, {}],
    ["labels.a/b/c", { labels: { "a/b/c": "x" } }, {}],
    ["user", { user: "nobody" }, {}],
    ["identity.executionRole", { identity: { executionRole: "r" } }, {}],
    ["ports.0.publish", { ports: [{ port: 80, publish: 8080 }] }, {}],
    ["secrets.A.backend", { secrets: { A: { backend: "no-key", as: "env" } } }, {}],
    ["env.A_FILE", { env: { A_FILE: "x" }, secrets: { A: { resolve: "k", as: "file" } } }, {}],
    ["image", { image: undefined as never }, {}],
    ["options.kubernetes.sidecars", {}, { sidecars: [{ name: "side", image: "s:1" }] }],
  ])("%s is refused", (path, more, options) => {
    expect(toPodRequest(order(more, options), owner("o")).problems.map((one) => one.path)).toContain(path);
  });
  test("values of secrets stand in it by key, and what nobody asked for is reported", () => {
    const plan = toPodRequest(order({ secrets: { A: { resolve: "k", as: "env" } }, stopGraceMs: 1500 }), owner("o"));
    expect(JSON.stringify(plan.requests)).toContain('"stringData":{"A":"k"}');
    expect(plan.adjustments.map(({ path }) => path)).toEqual(["stopGraceMs", "user"]);
  });
  test("dollars reach the program as they are", () => {
    const [main] = podSpecOf(order({ command: ["$(HOME) $$ $x"] })).containers;
    expect(main?.args).toEqual(["$$(HOME) $$$ $x"]);
  });
  test("memory is told in Mi", () => {
    const [main] = podSpecOf(order()).containers;
    expect(main?.resources?.limits).toEqual({ memory: "64Mi" });
  });
});

const time = (n: number): string => `2026-11-21T09:00:00.00000000${n}Z`;
async function linesOf(chunks: readonly string[]): Promise<readonly string[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const found: string[] = [];
  for await (const entries of parsePodLog(source))
    for (const { at, bytes } of entries) found.push(`${at ?? "+"}|${bytes.toString()}`);
  return found;
}
describe("a kubelet's log", () => {
  test("torn anywhere", async () => {
    const text = `${time(1)} one\n${time(2)} \n${time(3)} tail`;
    const whole = [`${time(1)}|one\n`, `${time(2)}|\n`, `${time(3)}|tail`];
    expect(await linesOf([text])).toEqual(whole);
    const single = await linesOf(text.split(""));
    expect(single.join("").replaceAll("+|", "")).toBe(whole.join(""));
  });
  test("a time before each piece of a long line is none of the line's", async () => {
    const piece = "x".repeat(16_384);
    const found = await linesOf([`${time(1)} ${piece}${time(1)} ${piece}${time(1)} end\n${time(2)} next\n`]);
    expect(found.map((line) => line.slice(line.indexOf("|") + 1)).join("")).toBe(`${piece}${piece}end\nnext\n`);
    expect(found.filter((line) => !line.startsWith("+"))).toHaveLength(2);
  });
  test("the kubelet's own words are no lines", async () => {
    expect(await linesOf(["unable to retrieve container logs for docker://abc"])).toEqual([]);
  });
  test("read again, goes on after the last line of the same time", () => {
    const entry = (n: number, text: string) => ({ at: time(n) as never, bytes: Buffer.from(text) });
    const first = new LogPlacer("i", "");
    for (const one of [entry(1, "a"), entry(2, "b"), entry(2, "c")]) expect(first.place(one)).toBeDefined();
    const { position, placer } = first.again();
    expect(position).toBe(time(2));
    const again = [entry(1, "a"), entry(2, "b"), entry(2, "c"), entry(2, "d"), entry(3, "e")].map((one) => placer.place(one));
    expect(again.map((item) => item?.kind === "bytes" && Buffer.from(item.bytes).toString())).toEqual([
      false,
      false,
      false,
      "d",
      "e",
    ]);
  });
});

test("credentials as Docker keeps them", () => {
  const auth = Buffer.from("u:p:q").toString("base64");
  const wanted = { username: "u", password: "p:q", auth };
  expect(JSON.parse(toDockerConfig("registry.example:5000/x:1", "u:p:q"))).toEqual({
    auths: { "registry.example:5000": wanted },
  });
  expect(JSON.parse(toDockerConfig("library/x", '{"username":"u","password":"p:q"}'))).toEqual({
    auths: { "https://index.docker.io/v1/": wanted },
  });
});
test.each([
  ["2", 2],
  ["500m", 0.5],
  ["16Gi", 16 * 2 ** 30],
  ["1k", 1000],
  ["12345678n", 0.012345678],
])("%s is %d", (text, value) => {
  expect(readQuantity(text)).toBe(value);
});
