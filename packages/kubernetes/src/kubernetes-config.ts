import type { Dictionary } from "@longshore/core";

/** Nothing given: the cluster is found as kubectl finds it, else as a pod finds its own. */
export interface KubernetesConfig {
  /** Path of a kubeconfig file. Default: KUBECONFIG, then `~/.kube/config`, then the service account of the pod we run in. */
  readonly kubeconfig?: string;
  /** Default: the kubeconfig's current one. */
  readonly context?: string;
  /** Where all workloads live. It has to exist. Default: the context's, else `default`. */
  readonly namespace?: string;
}

/** As in a pod's `tolerations`. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: "Exists" | "Equal";
  readonly value?: string;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
  readonly tolerationSeconds?: number;
}
/** A container beside the program, as hardened as that. Its output is not in the logs. */
export interface Sidecar {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Dictionary<string>;
}

/** The slice `options.kubernetes` of a spec. */
export interface KubernetesOptions {
  /** Labels that a node must have. */
  readonly nodeSelector?: Dictionary<string>;
  readonly tolerations?: readonly Toleration[];
  /** A pod's `affinity`, as Kubernetes takes it; the API server checks it. */
  readonly affinity?: Readonly<Record<string, unknown>>;
  /** An existing class. */
  readonly priorityClass?: string;
  /** An existing class, such as one for gVisor. */
  readonly runtimeClass?: string;
  /** Of the pods; `longshore/` begins keys of ours. */
  readonly annotations?: Dictionary<string>;
  /** Of services only: a pod would wait for them after a task's program has ended. */
  readonly sidecars?: readonly Sidecar[];
}
