import { CoreV1Api, KubeConfig, type V1Pod, Watch } from "@kubernetes/client-node";
import { openRuntime, owner, type Runtime } from "@longshore/core";
import { runtime as kubernetes } from "@longshore/kubernetes";
import { randomName } from "./engine.ts";
import { atMost, type Bench, type Figure } from "./figure.ts";
import { interleave, milliseconds, ratio } from "./interleave.ts";
import { longshoreDoes, longshoreTask, shortTask } from "./one-task.ts";

const image = process.env["LONGSHORE_KUBERNETES_IMAGE"] ?? "testcluster/busybox:1";

interface Bare {
  readonly core: CoreV1Api;
  readonly watch: Watch;
  readonly namespace: string;
  /** As the driver plans it. */
  readonly pod: V1Pod;
}
async function bareClient(runtime: Runtime): Promise<Bare> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace ?? "default";
  const [request] = (await runtime.plan(shortTask(image))).requests;
  const { manifest: pod } = request as { readonly manifest: V1Pod };
  return { core: config.makeApiClient(CoreV1Api), watch: new Watch(config), namespace, pod };
}
/** Its own watch, from the version that the creation answered with. */
async function ended({ watch, namespace }: Bare, name: string, resourceVersion: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const query = { fieldSelector: `metadata.name=${name}`, resourceVersion };
  const hear = (_type: string, pod: V1Pod): void => {
    const code = pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
    if (code !== undefined) resolve(code);
  };
  const watching = await watch.watch(path, query, hear, () => reject(new Error("the watch ended")));
  return promise.finally(() => watching.abort());
}
async function bareTask(bare: Bare): Promise<void> {
  const { core, namespace, pod } = bare;
  const name = randomName();
  const body = { apiVersion: "v1", kind: "Pod", metadata: { name }, ...(pod.spec !== undefined && { spec: pod.spec }) };
  const created = await core.createNamespacedPod({ namespace, body });
  const code = await ended(bare, name, created.metadata?.resourceVersion ?? "");
  if (code !== 0) throw new Error(`it exited with ${code}`);
  await core.readNamespacedPodLog({ namespace, name });
  await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
}

async function oneAfterTheOther(rounds: number, runtime: Runtime): Promise<Figure> {
  const bare = await bareClient(runtime);
  const sides = await interleave(rounds, [
    {
      name: "longshore",
      does: longshoreDoes,
      measure: () => milliseconds(() => longshoreTask(runtime, image)),
    },
    {
      name: "client-node",
      does: "POST pod (as @longshore/kubernetes plans it), a watch of it, GET log, DELETE; no looks",
      measure: () => milliseconds(() => bareTask(bare)),
    },
  ]);
  const value = ratio(sides, "longshore", "client-node");
  return { name: "a task on Kubernetes, from start to removal", unit: "ms", sides, bars: [atMost("× client-node", value, 1.05)] };
}

export const kubernetesTask: Bench = {
  name: "kubernetes-task",
  about: "create, wait, logs, remove on Kubernetes (KUBECONFIG)",
  rounds: 15,
  needsEngine: false,
  needsCluster: true,
  run: async (rounds) => {
    await using runtime = await openRuntime(kubernetes.with({}), { owner: owner(randomName()) });
    return [await oneAfterTheOther(rounds, runtime)];
  },
};
