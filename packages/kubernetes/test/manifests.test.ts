import { KubernetesObjectApi, type KubernetesObject } from "@kubernetes/client-node";
import { type ServiceSpec, type TaskSpec, type WorkloadSpec, workloadId } from "@longshore/core";
import type { KubernetesOptions } from "@longshore/kubernetes";
import { beforeEach, expect, test } from "vitest";
import { image, kubeConfig, namespace, needCluster, open, someOwner } from "./kit.ts";

beforeEach(needCluster);

const options: KubernetesOptions = {
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ key: "some", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 }],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "Exists" }] }],
      },
    },
  },
  annotations: { "example.org/note": "any text, also with spaces" },
};
const everything: Omit<Partial<TaskSpec>, "kind"> = {
  image,
  entrypoint: ["sh"],
  command: ["-c", "echo $(HOME)"],
  env: { WORD: "$(x)" },
  secrets: { A: { resolve: "k", as: "env" }, B: { resolve: "k", as: "file" }, C: { backend: "other/key", as: "file" } },
  resources: { cpu: "250m", memory: "64Mi", ephemeralStorage: "1Gi", gpu: 1 },
  platform: "linux/amd64",
  registryCredentials: { resolve: "registry" },
  pullPolicy: "always",
  workingDirectory: "/tmp",
  user: "1234:4321",
  init: true,
  tty: true,
  stdin: true,
  hardening: { readOnlyRoot: true, drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
  ports: [{ port: 8080 }, { port: 8081, protocol: "udp" }],
  mounts: [
    { volume: "claim", path: "/data" },
    { volume: "claim", path: "/ro", readOnly: true },
  ],
  stopGraceMs: 12_345,
  labels: { team: "blue" },
};
const task: TaskSpec = {
  kind: "task",
  id: workloadId("whole"),
  ...everything,
  timeoutMs: 5000,
  options: { kubernetes: options },
};
const service: ServiceSpec = {
  kind: "service",
  id: workloadId("served"),
  ...everything,
  ports: [{ port: 8080, publish: 80 }],
  replicas: 3,
  readiness: { port: 8080, path: "/ready", periodMs: 1500 },
  update: "recreate",
  drainMs: 1000,
  options: { kubernetes: { ...options, sidecars: [{ name: "side", image, args: ["true"], env: { A: "b" } }] } },
};

/** The API server checks all that it would check, and keeps nothing. */
test.each<[string, WorkloadSpec]>([
  ["a task with everything", task],
  ["a service with everything", service],
  ["the longest of ids", { kind: "service", id: workloadId(`a${"-bcdefgh".repeat(4)}-abcdef`), image, ports: [{ port: 1 }] }],
  ["the least of a task", { kind: "task", id: workloadId("a"), image }],
])("the API server takes %s", async (_name, spec) => {
  await using runtime = await open(someOwner());
  const { problems, requests } = await runtime.plan(spec);
  expect(problems).toEqual([]);
  const api = KubernetesObjectApi.makeApiClient(kubeConfig);
  for (const request of requests) {
    const { manifest } = request as { readonly manifest: KubernetesObject };
    const { metadata = {} } = JSON.parse(JSON.stringify(manifest)) as { readonly metadata?: { readonly name?: string } };
    const taken = await api.create(withDockerConfig({ ...manifest, metadata: { ...metadata, namespace } }), undefined, "All");
    expect(taken.metadata?.name).toBe(metadata.name);
  }
});

/** Where values stand by name, the API server wants to see a file of Docker's. */
const withDockerConfig = (body: KubernetesObject): KubernetesObject =>
  "stringData" in body && (body as { readonly type?: string }).type !== "Opaque"
    ? ({ ...body, stringData: { ".dockerconfigjson": "{}" } } as KubernetesObject)
    : body;
