import { randomBytes } from "node:crypto";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { AppsV1Api, CoreV1Api, Exec, KubeConfig, RbacAuthorizationV1Api } from "@kubernetes/client-node";
import type { V1Pod, V1PolicyRule } from "../src/objects.ts";
import { openRuntime, type Owner, owner, type Runtime, type TaskSpec, type WorkloadId, workloadId } from "@longshore/core";
import { type KubernetesCapabilities, type KubernetesConfig, runtime as kubernetes } from "@longshore/kubernetes";
import type { TestContext } from "vitest";

/** There without a pull: a busybox with a shell. */
export const image = process.env["LONGSHORE_KUBERNETES_IMAGE"] ?? "testcluster/busybox:1";

export const kubeConfig = new KubeConfig();
/** KUBECONFIG alone: nobody's own cluster is tested on by chance. */
if (process.env["KUBECONFIG"] !== undefined) kubeConfig.loadFromDefault();

export const namespace: string = kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? "default";
const [core, apps] =
  process.env["KUBECONFIG"] === undefined ? [] : [kubeConfig.makeApiClient(CoreV1Api), kubeConfig.makeApiClient(AppsV1Api)];

const answers: Promise<boolean> =
  core === undefined
    ? Promise.resolve(false)
    : core.listNamespacedPod({ namespace, limit: 1 }).then(
        () => true,
        () => false,
      );
/** With LONGSHORE_REQUIRE=kubernetes a test that is left out for it has failed. */
export async function needCluster(context: TestContext): Promise<void> {
  if (!(await answers)) context.skip("requires kubernetes: KUBECONFIG names no cluster that answers");
}

export const someOwner = (): Owner => owner(`t${randomBytes(6).toString("hex")}`);
export const open = (who: Owner, config: KubernetesConfig = {}, more: object = {}): Promise<Runtime<KubernetesCapabilities>> =>
  openRuntime(kubernetes.with(config), { owner: who, ...more });

export const sh = (id: string, script: string, more: Partial<TaskSpec> = {}): TaskSpec & { readonly id: WorkloadId } => ({
  kind: "task",
  id: workloadId(id),
  image,
  command: ["sh", "-c", script],
  ...more,
});
export const texts = async (runtime: Runtime, id: WorkloadId, follow = true): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const record of runtime.logs(id, { follow })) found.push("gap" in record ? `<${record.gap}>` : record.text);
  return found;
};

const selector = (who: Owner, id?: WorkloadId): string =>
  `longshore/owner=${who}${id === undefined ? "" : `,longshore/id=${id}`}`;
/** Whatever bears the owner, by kind and name. */
export async function natives(who: Owner): Promise<readonly string[]> {
  const query = { namespace, labelSelector: selector(who) };
  if (core === undefined || apps === undefined) return [];
  const found = await Promise.all([
    core.listNamespacedPod(query),
    core.listNamespacedSecret(query),
    core.listNamespacedService(query),
    apps.listNamespacedDeployment(query),
    apps.listNamespacedReplicaSet(query),
  ]);
  const kinds = ["pod", "secret", "service", "deployment", "replica set"];
  return found.flatMap(({ items }, index) => items.map(({ metadata }) => `${kinds[index]} ${metadata?.name}`));
}
export async function podsOf(who: Owner, id: WorkloadId): Promise<readonly V1Pod[]> {
  return (await core?.listNamespacedPod({ namespace, labelSelector: selector(who, id) }))?.items ?? [];
}
/** Kubelets below 1.22 may leave a container in the status as running for ever: its followed log ends all the same. */
async function stillLogs({ metadata }: V1Pod): Promise<boolean> {
  const path = `/api/v1/namespaces/${namespace}/pods/${metadata?.name}/log?follow=true&tailLines=0`;
  const secured: https.RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(secured);
  const request = https.get(`${kubeConfig.getCurrentCluster()?.server}${path}`, { ...secured, agent: false });
  const ended = new Promise<boolean>((resolve, reject) => {
    request.on("error", reject).once("response", (answer) => answer.resume().once("end", () => resolve(false)));
  });
  return Promise.race([ended.catch(() => false), sleep(1000).then(() => true)]).finally(() => request.destroy());
}
export async function alive(who: Owner, id: WorkloadId): Promise<readonly string[]> {
  const running = (await podsOf(who, id)).filter(({ status }) =>
    status?.containerStatuses?.some(({ state }) => state?.running !== undefined),
  );
  const found = await Promise.all(
    running.map(async (pod) => (pod.status?.phase !== "Failed" || (await stillLogs(pod)) ? [`pod ${pod.metadata?.name}`] : [])),
  );
  return found.flat();
}
/** As a drain of its node does it. */
export const deletePod = async (name: string): Promise<unknown> => core?.deleteNamespacedPod({ namespace, name });
/** What has no parent in here: the container's own program, and whoever looks. */
const killMain = `for p in /proc/[0-9]*; do n=\${p#/proc/}; if [ $n != 1 ] && [ $n != $$ ] && grep -q '^PPid:[^0-9]*0$' $p/status; then kill -9 $n; fi; done`;
export async function killInstance(who: Owner, id: WorkloadId, instance: string): Promise<void> {
  const pod = (await podsOf(who, id)).find(({ metadata }) => metadata?.uid?.startsWith(instance));
  await execIn(pod?.metadata?.name ?? "", ["sh", "-c", killMain]);
}
async function execIn(pod: string, command: readonly string[]): Promise<void> {
  const output = new PassThrough().resume();
  const socket = await new Exec(kubeConfig).exec(namespace, pod, "main", [...command], output, output, null, false);
  const closed = new Promise<void>((resolve) => void socket.on("close", () => resolve()));
  // Whoever ends the container ends the session's other side, which may then say nothing any more.
  await Promise.race([closed, sleep(2000)]);
  socket.terminate();
}
/** How many pods all nodes together take. */
export async function roomForPods(): Promise<number> {
  const nodes = (await core?.listNode())?.items ?? [];
  return nodes.reduce((sum, { status }) => sum + Number(status?.allocatable?.["pods"] ?? 0), 0);
}
async function getText(path: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const secured: https.RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(secured);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    https.get(`${kubeConfig.getCurrentCluster()?.server}${path}`, { ...secured, agent: false }, resolve).on("error", reject);
  });
  return { status: answer.statusCode, text: (await Array.fromAsync(answer)).join("") };
}
export async function getJson(path: string): Promise<unknown> {
  const { status, text } = await getText(path);
  if (status !== 200) throw new Error(`${path}: ${status} ${text.slice(0, 200)}`);
  return JSON.parse(text);
}
/** Requests that the API server counted of a resource, its own metric; undefined where it is not ours to read. */
export async function countedRequests(resource: string): Promise<number | undefined> {
  const { status, text } = await getText("/metrics");
  if (status !== 200) return undefined;
  const counts = text
    .split("\n")
    .filter((line) => line.startsWith("apiserver_request_total{") && line.includes(`resource="${resource}"`));
  return counts.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
/** Everything of an owner's, whatever went wrong. */
export async function cleanUp(who: Owner): Promise<void> {
  const query = { namespace, labelSelector: selector(who) };
  await apps?.deleteCollectionNamespacedDeployment({ ...query, propagationPolicy: "Background" });
  for (const { metadata } of (await core?.listNamespacedService(query))?.items ?? []) {
    await core?.deleteNamespacedService({ namespace, name: metadata?.name ?? "" }).catch(() => {});
  }
  await core?.deleteCollectionNamespacedPod({ ...query, gracePeriodSeconds: 0 });
  await core?.deleteCollectionNamespacedSecret(query);
}

/** A namespace of its own in which no pod may be made. */
export async function fullNamespace(): Promise<AsyncDisposable & { readonly name: string }> {
  if (core === undefined) throw new Error("no cluster");
  const name = `longshore-${randomBytes(5).toString("hex")}`;
  await core.createNamespace({ body: { metadata: { name } } });
  await core.createNamespacedResourceQuota({
    namespace: name,
    body: { metadata: { name: "none" }, spec: { hard: { pods: "0" } } },
  });
  // Without its default account the answer would be about that.
  while ((await core.listNamespacedServiceAccount({ namespace: name })).items.length === 0) await sleep(50);
  while ((await core.readNamespacedResourceQuota({ namespace: name, name: "none" })).status?.hard === undefined) await sleep(50);
  return { name, [Symbol.asyncDispose]: async () => void (await core.deleteNamespace({ name })) };
}

/** A service account with these rules, in a namespace of its own unless one is given. */
export interface Granted extends AsyncDisposable {
  readonly namespace: string;
  readonly token: string;
  /** As that account. */
  readonly config: KubeConfig;
  /** Until the end of the namespace. */
  withdraw(resource: string, verb: string): Promise<void>;
}
export async function grant(rules: V1PolicyRule[], where?: string): Promise<Granted> {
  if (core === undefined) throw new Error("no cluster");
  const rbac = kubeConfig.makeApiClient(RbacAuthorizationV1Api);
  const name = `longshore-${randomBytes(5).toString("hex")}`;
  const own = where ?? name;
  const metadata = { name, namespace: own };
  if (where === undefined) await core.createNamespace({ body: { metadata: { name: own } } });
  await core.createNamespacedServiceAccount({ namespace: own, body: { metadata } });
  await rbac.createNamespacedRole({ namespace: own, body: { metadata, rules } });
  const subjects = [{ kind: "ServiceAccount", name, namespace: own }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
  await rbac.createNamespacedRoleBinding({ namespace: own, body: { metadata, subjects, roleRef } });
  const body = { spec: { audiences: [], expirationSeconds: 7200 } };
  const { status } = await core.createNamespacedServiceAccountToken({ namespace: own, name, body });
  const token = status?.token ?? "";
  const config = new KubeConfig();
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new Error("no cluster");
  config.loadFromOptions({
    clusters: [cluster],
    users: [{ name, token }],
    contexts: [{ name: "x", cluster: cluster.name, user: name, namespace: own }],
    currentContext: "x",
  });
  return {
    namespace: own,
    token,
    config,
    async withdraw(resource, verb) {
      const fewer = rules.flatMap((rule) => {
        if (!rule.resources?.includes(resource)) return [rule];
        const others = { ...rule, resources: rule.resources.filter((one) => one !== resource) };
        return [others, { ...rule, resources: [resource], verbs: rule.verbs.filter((one) => one !== verb) }];
      });
      const valid = fewer.filter(({ resources = [], verbs }) => resources.length > 0 && verbs.length > 0);
      await rbac.replaceNamespacedRole({ namespace: own, name, body: { metadata, rules: valid } });
    },
    async [Symbol.asyncDispose]() {
      if (where === undefined) return void (await core.deleteNamespace({ name: own }));
      await rbac.deleteNamespacedRoleBinding({ namespace: own, name });
      await rbac.deleteNamespacedRole({ namespace: own, name });
      await core.deleteNamespacedServiceAccount({ namespace: own, name });
    },
  };
}
