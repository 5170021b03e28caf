import type { Obstacle, WorkloadSpec } from "@longshore/core";
import { parseCpu, parseMemory } from "@longshore/core";
import { hasStatus, unless } from "./classify-kubernetes-error.ts";
import type { Cluster } from "./cluster.ts";
import { readQuantity } from "./read-quantity.ts";

interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
}
/** All that the driver ever asks for; the same as in the role of this package's README. */
const rights: readonly Right[] = [
  { group: "", resource: "pods", verbs: ["create", "get", "list", "watch", "patch", "delete"] },
  { group: "", resource: "pods/log", verbs: ["get"] },
  { group: "", resource: "pods/exec", verbs: ["create", "get"] },
  { group: "", resource: "pods/attach", verbs: ["create", "get"] },
  { group: "", resource: "secrets", verbs: ["create", "get", "list", "delete"] },
  { group: "", resource: "services", verbs: ["create", "list", "patch", "delete"] },
  { group: "", resource: "events", verbs: ["list"] },
  { group: "metrics.k8s.io", resource: "pods", verbs: ["list"] },
  { group: "apps", resource: "deployments", verbs: ["create", "get", "list", "update", "patch", "delete"] },
];
interface Asked {
  readonly right: Right;
  readonly verb: string;
}
interface ObstacleParts {
  readonly cluster: Cluster;
}

async function isAllowed({ cluster }: ObstacleParts, { right, verb }: Asked, signal: AbortSignal): Promise<boolean> {
  const { group } = right;
  const [resource = "", subresource] = right.resource.split("/");
  const { namespace } = cluster;
  const resourceAttributes = { namespace, group, resource, verb, ...(subresource !== undefined && { subresource }) };
  const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } };
  const { status } = await cluster.call({ operation: "access review", signal }, ({ authorization }, options) =>
    authorization.createSelfSubjectAccessReview({ body }, options),
  );
  return status?.allowed === true;
}

async function missingRights(parts: ObstacleParts, signal: AbortSignal): Promise<readonly Obstacle[]> {
  const asked = rights.flatMap((right) => right.verbs.map((verb) => ({ right, verb })));
  const answers = await Promise.all(asked.map(async ({ right, verb }) => isAllowed(parts, { right, verb }, signal)));
  return asked.flatMap(({ right, verb }, index) =>
    answers[index] === true
      ? []
      : [
          {
            what: "permission" as const,
            message: `${verb} ${right.resource}${right.group === "" ? "" : `.${right.group}`} is not allowed in namespace ${parts.cluster.namespace}`,
            hint: "bind the role of @longshore/kubernetes' README to this user",
          },
        ],
  );
}

/** Where nodes may be listed: no node would ever be large enough. */
async function tooLarge(
  { cluster }: ObstacleParts,
  { resources }: Partial<Pick<WorkloadSpec, "resources">>,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  if (resources?.cpu === undefined && resources?.memory === undefined) return [];
  const nodes = await unless([403], () =>
    cluster.call({ operation: "node list", signal }, ({ core }, options) => core.listNode({}, options)),
  );
  const sizes = nodes?.items.map(({ status }) => status?.allocatable ?? {}) ?? [];
  if (sizes.length === 0) return [];
  const most = (name: string): number => Math.max(...sizes.map((size) => readQuantity(size[name] ?? "0")));
  const hint = "ask for less, or add a larger node";
  const found: Obstacle[] = [];
  const memory = resources.memory === undefined ? 0 : parseMemory(resources.memory) * 2 ** 20;
  const cpu = resources.cpu === undefined ? 0 : parseCpu(resources.cpu) / 1000;
  if (memory > most("memory")) {
    found.push({
      what: "host-size",
      message: `resources.memory: got ${resources.memory}, the largest node has ${Math.floor(most("memory") / 2 ** 20)}Mi`,
      hint,
    });
  }
  if (cpu > most("cpu"))
    found.push({ what: "host-size", message: `resources.cpu: got ${resources.cpu}, the largest node has ${most("cpu")}`, hint });
  return found;
}

async function noNamespace({ cluster }: ObstacleParts, signal: AbortSignal): Promise<readonly Obstacle[]> {
  try {
    await cluster.call({ operation: "namespace get", signal }, ({ core }, options) =>
      core.readNamespace({ name: cluster.namespace }, options),
    );
  } catch (error) {
    // Who may not ask has to take it on trust.
    if (hasStatus(error, 404)) {
      return [
        {
          what: "quota",
          message: `there is no namespace ${cluster.namespace}`,
          hint: "create it, or set namespace in the config",
        },
      ];
    }
    if (!hasStatus(error, 403)) throw error;
  }
  return [];
}

/** What is asked of the API server itself: rights, room, and the namespace. */
export async function findObstacles(
  parts: ObstacleParts,
  spec: WorkloadSpec | undefined,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const all = await Promise.all([noNamespace(parts, signal), missingRights(parts, signal), tooLarge(parts, spec ?? {}, signal)]);
  return all.flat();
}
