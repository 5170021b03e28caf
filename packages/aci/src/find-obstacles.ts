import { createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";
import { type Obstacle, parseCpu, parseMemory, type WorkloadSpec } from "@longshore/core";
import type { AciConfig } from "./aci-config.ts";
import type { AciParts } from "./aci-parts.ts";
import { classifyAciError } from "./classify-aci-error.ts";
import { groupSize, type GroupSize, usual } from "./group-sizes.ts";
import { neededActions } from "./needed-actions.ts";

/** Who may not ask has to take it on trust: the rights themselves are looked at apart. */
const isRefused = (error: unknown): boolean => classifyAciError(error)?.code === "permission-denied";
/** Each is an obstacle of its own, whatever else there is. */
async function unlessRefused(ask: () => Promise<readonly Obstacle[]>): Promise<readonly Obstacle[]> {
  try {
    return await ask();
  } catch (error) {
    if (isRefused(error)) return [];
    const fault = classifyAciError(error);
    if (fault?.code !== "invalid-config" && fault?.code !== "invalid-spec") throw error;
    const hint = fault.hint ?? "look at the config";
    return [{ what: "network", message: fault.message ?? "Azure refuses the config", hint }];
  }
}
async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  return Array.fromAsync(pages);
}

function sizeOf(spec: WorkloadSpec | undefined): GroupSize {
  const { cpu, memory } = spec?.resources ?? {};
  return groupSize({
    milliCpu: cpu === undefined ? usual.milliCpu : parseCpu(cpu),
    mebibytes: memory === undefined ? usual.mebibytes : parseMemory(memory),
  });
}
async function noRoom(
  { api, config }: AciParts,
  spec: WorkloadSpec | undefined,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const { location } = config;
  const found = await api.read("ListCapabilities", signal, (options) =>
    all(api.client.location.listCapabilities(location, options)),
  );
  const here = found.filter(({ osType, gpu }) => osType === "Linux" && (gpu === undefined || gpu === "None"));
  const most = (key: "maxCpu" | "maxMemoryInGB"): number =>
    Math.max(0, ...here.map(({ capabilities }) => capabilities?.[key] ?? 0));
  const hint = "set another location in the config, or ask for less";
  const [cpu, gigabytes] = [most("maxCpu"), most("maxMemoryInGB")];
  if (cpu === 0) return [{ what: "host-size", message: `${location} has no capacity for Linux container groups`, hint }];
  const size = sizeOf(spec);
  if (size.milliCpu <= cpu * 1000 && size.gigabytes <= gigabytes) return [];
  const asked = `${size.milliCpu}m and ${size.gigabytes} GB`;
  return [
    { what: "host-size", message: `got ${asked}; a group in ${location} has at most ${cpu} CPU and ${gigabytes} GB`, hint },
  ];
}
async function noQuota(
  { api, config }: AciParts,
  spec: WorkloadSpec | undefined,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const { location } = config;
  const usages = await api.read("ListUsage", signal, (options) => all(api.client.location.listUsage(location, options)));
  const replicas = spec?.kind === "service" ? (spec.replicas ?? 1) : 1;
  const wanted: Readonly<Record<string, number>> = {
    ContainerGroups: replicas,
    StandardCores: (replicas * sizeOf(spec).milliCpu) / 1000,
  };
  return usages.flatMap(({ name, currentValue = 0, limit = Number.POSITIVE_INFINITY }): readonly Obstacle[] => {
    const asked = wanted[name?.value ?? ""];
    if (asked === undefined || currentValue + asked <= limit) return [];
    const message = `${name?.localizedValue ?? name?.value}: ${currentValue} of ${limit} are used in ${location}`;
    return [{ what: "quota", message, hint: "remove what has ended, or ask Azure for a higher quota" }];
  });
}

interface Permission {
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
}
const matches = (action: string, pattern: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*")}$`,
    "i",
  ).test(action);
const isAllowed = (action: string, { actions = [], notActions = [] }: Permission): boolean =>
  actions.some((pattern) => matches(action, pattern)) && !notActions.some((pattern) => matches(action, pattern));

const authorizationVersion = "2022-04-01";
async function noRights({ api, config }: AciParts, signal: AbortSignal): Promise<readonly Obstacle[]> {
  const permissions = await api.read("ListPermissions", signal, () => askForPermissions(api, config, signal));
  const denied = neededActions.filter((action) => !permissions.some((permission) => isAllowed(action, permission)));
  return denied.map((action) => ({
    what: "permission" as const,
    message: `${action} is not allowed in the resource group ${config.resourceGroup}`,
    hint: "give the role of @longshore/aci's README",
  }));
}
/** Not of this client's own: sent the same way. */
async function askForPermissions(
  { client }: AciParts["api"],
  { endpoint = "https://management.azure.com", subscription, resourceGroup }: AciConfig,
  signal: AbortSignal,
): Promise<readonly Permission[]> {
  const scope = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
  const url = `${endpoint}${scope}/providers/Microsoft.Authorization/permissions?api-version=${authorizationVersion}`;
  const headers = createHttpHeaders({ accept: "application/json" });
  const request = createPipelineRequest({ url, headers, abortSignal: signal, allowInsecureConnection: url.startsWith("http:") });
  const { status, bodyAsText } = await client.sendRequest(request);
  const body = JSON.parse(bodyAsText ?? "{}") as { value?: readonly Permission[]; error?: { code: string; message: string } };
  if (status >= 300)
    throw Object.assign(new Error(body.error?.message ?? `status ${status}`), { code: body.error?.code, statusCode: status });
  return body.value ?? [];
}

/** Asked of Azure: what the location has, what is left of the quota, and each right of the README's role. */
export async function findObstacles(
  parts: AciParts,
  spec: WorkloadSpec | undefined,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const found = await Promise.all([
    unlessRefused(() => noRoom(parts, spec, signal)),
    unlessRefused(() => noQuota(parts, spec, signal)),
    unlessRefused(() => noRights(parts, signal)),
  ]);
  return found.flat();
}
