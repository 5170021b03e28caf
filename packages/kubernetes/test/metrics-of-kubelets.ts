import { getJson, namespace } from "./kit.ts";

interface Used {
  readonly time?: string;
  readonly usageNanoCores?: number;
  readonly workingSetBytes?: number;
}
/** What of a kubelet's summary is used (k8s.io/kubelet, stats/v1alpha1). */
interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers?: readonly { readonly name: string; readonly cpu?: Used; readonly memory?: Used }[];
  }[];
}
interface Nodes {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}
const api = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;

/** The metrics API as metrics-server makes it: of what the kubelets measured. For clusters that have none. */
export async function metricsOfKubelets(path: string): Promise<object | undefined> {
  if (!path.startsWith(api)) return undefined;
  const nodes = (await getJson("/api/v1/nodes")) as Nodes;
  const summaries = await Promise.all(
    nodes.items.map(async ({ metadata }) => (await getJson(`/api/v1/nodes/${metadata.name}/proxy/stats/summary`)) as Summary),
  );
  const pods = summaries.flatMap((summary) => summary.pods).filter(({ podRef }) => podRef.namespace === namespace);
  const items = pods.map(({ podRef, containers = [] }) => ({
    metadata: podRef,
    timestamp: containers[0]?.cpu?.time,
    window: "10s",
    containers: containers.flatMap(({ name, cpu, memory }) =>
      cpu?.usageNanoCores === undefined
        ? []
        : [{ name, usage: { cpu: `${cpu.usageNanoCores}n`, memory: `${Math.ceil((memory?.workingSetBytes ?? 0) / 1024)}Ki` } }],
    ),
  }));
  return {
    kind: "PodMetricsList",
    apiVersion: "metrics.k8s.io/v1beta1",
    metadata: {},
    items: items.filter(({ timestamp }) => timestamp),
  };
}
