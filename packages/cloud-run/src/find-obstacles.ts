import type { Obstacle, WorkloadSpec } from "@longshore/core";
import { classifyCloudRunError } from "./classify-cloud-run-error.ts";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { type GoogleRest, googleRest } from "./google-rest.ts";
import { imagePlatforms } from "./image-platforms.ts";
import type { Job } from "./jobs.ts";
import { neededOnAccounts, neededPermissions } from "./needed-permissions.ts";
import { resourceName } from "./native-names.ts";

/** Of a project in a region (cloud.google.com/run/quotas); nobody can have it raised. */
const mostJobs = 1000;
const platform = "linux/amd64";

const denied = (permission: string, on: string): Obstacle => ({
  what: "permission",
  message: `${permission} is not allowed on ${on}`,
  hint: "give the role of @longshore/cloud-run's README, and Service Account User on the account",
});
interface Asked {
  readonly host: string;
  readonly path: string;
  readonly permissions: readonly string[];
  readonly on: string;
}
interface Asking {
  readonly parts: CloudRunParts;
  readonly rest: GoogleRest;
}
async function lacking(
  { parts, rest }: Asking,
  { host, path, permissions, on }: Asked,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const send = (): Promise<unknown> => rest.post({ host, path, body: { permissions } }, signal);
  try {
    const { permissions: has = [] } = (await parts.api.call("TestIamPermissions", signal, send)) as {
      readonly permissions?: string[];
    };
    return permissions.filter((name) => !has.includes(name)).map((name) => denied(name, on));
  } catch (error) {
    // Who may not ask, or whose project has that service switched off, has to take it on trust.
    if (((error as { readonly httpStatusCode?: number }).httpStatusCode ?? 500) < 500) return [];
    throw error;
  }
}
function noRights(
  parts: CloudRunParts,
  account: string | undefined,
  signal: AbortSignal,
): Promise<readonly (readonly Obstacle[])[]> {
  const rest = googleRest(parts.config);
  if (rest === undefined) return Promise.resolve([]);
  const { project } = parts.config;
  const ofProject = {
    host: "cloudresourcemanager.googleapis.com",
    path: `/v3/projects/${project}:testIamPermissions`,
    permissions: neededPermissions,
    on: `project ${project}`,
  };
  const ofAccount = {
    host: "iam.googleapis.com",
    path: `/v1/projects/-/serviceAccounts/${account}:testIamPermissions`,
    permissions: neededOnAccounts,
    on: `account ${account}`,
  };
  const all = account === undefined ? [ofProject] : [ofProject, ofAccount];
  return Promise.all(all.map((asked) => lacking({ parts, rest }, asked, signal)));
}

/** The smallest job that there could be, tried and not made. */
async function noTrial(
  { api, host }: CloudRunParts,
  { spec, account }: Trial,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const jobId = resourceName(host.owner, spec?.id ?? ("preflight" as WorkloadSpec["id"]));
  const image = spec?.image ?? "gcr.io/cloudrun/hello";
  const template = { containers: [{ image }], maxRetries: 0, ...(account !== undefined && { serviceAccount: account }) };
  const job: Job = { template: { template } };
  const { clients, parent } = api;
  try {
    const validateOnly = true;
    await api.call("CreateJob", signal, (options) => clients.jobs.createJob({ parent, jobId, job, validateOnly }, options));
    return [];
  } catch (error) {
    const fault = classifyCloudRunError(error);
    if (fault?.code === "conflict") return [];
    if (fault?.code === "quota-exceeded") return [{ what: "quota", message: fault.message ?? "", hint: "remove what has ended" }];
    if (fault?.code !== "permission-denied") throw error;
    const hint = "check serviceAccount, and the right to act as it";
    return [{ what: "permission", message: fault.message ?? "", hint }];
  }
}
interface Trial {
  readonly spec: WorkloadSpec | undefined;
  readonly account: string | undefined;
}
/** Whoever else makes jobs there counts as well. */
async function noRoom({ api }: CloudRunParts, signal: AbortSignal): Promise<readonly Obstacle[]> {
  const { clients, parent } = api;
  let count = 0;
  const pages = api.pages<Job>("ListJobs", signal, async (pageToken, options) => {
    const [items, , answer] = await clients.jobs.listJobs({ parent, pageSize: mostJobs, pageToken }, options);
    return { items, next: answer?.nextPageToken };
  });
  for await (const _job of pages) count++;
  const message = `${parent} has ${count} jobs of ${mostJobs}`;
  return count < mostJobs ? [] : [{ what: "quota", message, hint: "remove tasks that have ended, or use another region" }];
}
async function noPlatform(
  { config }: CloudRunParts,
  image: string | undefined,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  if (image === undefined) return [];
  const token = await googleRest(config)?.token();
  const platforms = await imagePlatforms(image, token, signal);
  if (platforms === undefined || platforms.includes(platform)) return [];
  const message = `${image} is built for ${platforms.join(", ")}; Cloud Run runs ${platform} alone`;
  return [{ what: "host-size", message, hint: `build it for ${platform} as well` }];
}

/** Asked of Google: each right of the README's role, the account, the room for another job; of the registry: the image's platforms. */
export async function findObstacles(
  parts: CloudRunParts,
  spec: WorkloadSpec | undefined,
  signal: AbortSignal,
): Promise<readonly Obstacle[]> {
  const account = spec?.identity?.taskRole ?? parts.config.serviceAccount;
  const [rights, trial, room, image] = await Promise.all([
    noRights(parts, account, signal),
    noTrial(parts, { spec, account }, signal),
    noRoom(parts, signal),
    noPlatform(parts, spec?.image, signal),
  ]);
  const known = rights.flat();
  // One that was named already is not told twice.
  const others = trial.filter(({ message }) => !known.some((one) => message.includes(one.message.split(" ")[0] ?? "")));
  return [...known, ...others, ...room, ...image];
}
