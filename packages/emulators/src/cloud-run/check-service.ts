import { invalid } from "../google/google-error.ts";
import { readSeconds } from "./read-quantity.ts";
import type { ServiceKind } from "./service-record.ts";
import type { RevisionTemplate, Scaling, ServiceSpec, Target } from "./service-shapes.ts";
import { checkContainers, checkLabels, checkServiceAccount } from "./template-problem.ts";

/** Documented. */
const mostConcurrency = 1000;
const longestRequestSeconds = 3600;

function checkScaling(field: string, { minInstanceCount = 0, maxInstanceCount = 0, manualInstanceCount = 0 }: Scaling): void {
  if (minInstanceCount < 0 || maxInstanceCount < 0 || manualInstanceCount < 0) throw invalid(field, "counts cannot be negative.");
  if (maxInstanceCount > 0 && minInstanceCount > maxInstanceCount)
    throw invalid(field, "the minimum number of instances cannot be greater than the maximum.");
}

function checkTargets(field: string, targets: readonly Target[] = []): void {
  const sum = targets.reduce((total, { percent = 0 }) => total + percent, 0);
  if (targets.length > 0 && sum !== 100) throw invalid(field, `the percentages have to add up to 100. Got ${sum}.`);
  for (const { type, revision } of targets)
    if (type?.endsWith("_REVISION") && !revision) throw invalid(field, "a target of this type has to name a revision.");
}

function checkTemplate(field: string, template: RevisionTemplate, kind: ServiceKind): void {
  const { labels, annotations, scaling, timeout, serviceAccount, containers, maxInstanceRequestConcurrency = 0 } = template;
  checkLabels(`${field}.labels`, labels);
  checkLabels(`${field}.annotations`, annotations);
  checkScaling(`${field}.scaling`, scaling ?? {});
  checkServiceAccount(serviceAccount);
  checkContainers(containers, { field, allowsFractions: kind === "service" });
  if (maxInstanceRequestConcurrency > mostConcurrency)
    throw invalid(`${field}.max_instance_request_concurrency`, `is at most ${mostConcurrency}.`);
  const seconds = timeout === undefined ? 1 : (readSeconds(timeout) ?? 0);
  if (!(seconds > 0 && seconds <= longestRequestSeconds))
    throw invalid(`${field}.timeout`, `has to be from 1 to ${longestRequestSeconds} seconds.`);
  const ports = containers.map((container) => container.ports?.length ?? 0);
  if (Math.max(...ports) > 1) throw invalid(`${field}.containers.ports`, "a container has at most one port.");
  const withPort = ports.filter((count) => count > 0).length;
  if (withPort > 1 || (containers.length > 1 && withPort === 0 && kind === "service"))
    throw invalid(`${field}.containers.ports`, "exactly one of several containers has to have a port.");
  if (kind === "worker-pool" && withPort > 0) throw invalid(`${field}.containers.ports`, "a worker pool has no ports.");
}

/** Whatever of a service or a worker pool can be seen to be wrong before anything is done. @throws `INVALID_ARGUMENT` */
export function checkService(id: string, spec: ServiceSpec, kind: ServiceKind): void {
  const field = kind === "service" ? "service" : "worker_pool";
  checkLabels(`${field}.labels`, spec.labels);
  checkLabels(`${field}.annotations`, spec.annotations);
  checkScaling(`${field}.scaling`, spec.scaling ?? {});
  checkTargets(`${field}.traffic`, spec.traffic);
  checkTargets(`${field}.instance_splits`, spec.instanceSplits);
  // A mask may have left nothing of it.
  if (!spec.template?.containers?.every(({ image }) => image))
    throw invalid(`${field}.template.containers`, "each has to have an image.");
  checkTemplate(`${field}.template`, spec.template, kind);
  const { revision = "" } = spec.template;
  if (revision !== "" && !revision.startsWith(`${id}-`))
    throw invalid(`${field}.template.revision`, `'${revision}' has to begin with '${id}-'.`);
}
