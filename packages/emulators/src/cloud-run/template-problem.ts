import { GoogleError, invalid } from "../google/google-error.ts";
import { resourceProblem } from "./resource-problem.ts";
import type { Container } from "./run-shapes.ts";

const reservedNamespaces = ["run.googleapis.com", "cloud.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev"];
const reservedVariables =
  /^(PORT|K_SERVICE|K_REVISION|K_CONFIGURATION|CLOUD_RUN_(JOB|EXECUTION|TASK_INDEX|TASK_ATTEMPT|TASK_COUNT|TIMEOUT_SECONDS|WORKER_POOL|REVISION))$/;
/** Documented. */
const longestValueBytes = 32 * 1024;
const mostVariables = 1000;
const idForm = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
/** Documented for services and for jobs. */
const longestId = 49;

/** @throws `INVALID_ARGUMENT` */
export function checkId(field: string, id: string): void {
  if (!idForm.test(id) || id.length > longestId)
    throw invalid(
      field,
      `'${id}' has to be of lower-case letters, digits and hyphens, begin with a letter, not end with a hyphen, and have at most ${longestId} characters.`,
    );
}

/** @throws `INVALID_ARGUMENT` for the namespaces that the service keeps to itself, and for what no label may be. */
export function checkLabels(field: string, labels: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(labels)) {
    if (reservedNamespaces.some((namespace) => key.startsWith(`${namespace}/`)))
      throw invalid(field, `the namespace of '${key}' is not supported in the v2 API.`);
    if (!field.endsWith("labels")) continue;
    if (!/^[a-z\p{Ll}\p{Lo}][a-z\p{Ll}\p{Lo}0-9_-]{0,62}$/u.test(key))
      throw invalid(field, `'${key}' is no valid key of a label.`);
    if (!/^[a-z\p{Ll}\p{Lo}0-9_-]{0,63}$/u.test(value))
      throw invalid(field, `'${value}' is no valid value of the label '${key}'.`);
  }
}

function checkVariables(field: string, { env = [] }: Container): void {
  if (env.length > mostVariables) throw invalid(`${field}.env`, `has more than ${mostVariables} variables.`);
  const names = new Set<string>();
  for (const { name, value = "", valueSource } of env) {
    if (!name || name.includes("=")) throw invalid(`${field}.env`, `'${name}' is no name of a variable.`);
    if (names.has(name)) throw invalid(`${field}.env`, `'${name}' is there twice.`);
    names.add(name);
    if (reservedVariables.test(name)) throw invalid(`${field}.env`, `The following reserved env names were provided: ${name}.`);
    if (Buffer.byteLength(value) > longestValueBytes)
      throw invalid(`${field}.env`, `the value of '${name}' is longer than 32768 bytes.`);
    if (valueSource && !valueSource.secretKeyRef?.secret) throw invalid(`${field}.env`, `'${name}' refers to no secret.`);
  }
}

export interface TemplateRules {
  readonly field: string;
  readonly allowsFractions: boolean;
}

/** @throws `INVALID_ARGUMENT` */
export function checkContainers(containers: readonly Container[] | undefined, { field, allowsFractions }: TemplateRules): void {
  if (!containers?.length) throw invalid(`${field}.containers`, "there has to be a container.");
  const names = containers.map(({ name = "" }) => name).filter((name) => name !== "");
  if (new Set(names).size < names.length) throw invalid(`${field}.containers`, "two containers have the same name.");
  if (containers.length > 1 && names.length < containers.length)
    throw invalid(`${field}.containers`, "each of several containers has to have a name.");
  for (const [index, container] of containers.entries()) {
    const place = `${field}.containers[${index}]`;
    if (!/^[\w./:@-]+$/.test(container.image)) throw invalid(`${place}.image`, `'${container.image}' is no image.`);
    checkVariables(place, container);
    // It would run without what it asks for.
    if (container.volumeMounts?.length)
      throw new GoogleError("UNIMPLEMENTED", `${place}.volume_mounts: the emulator mounts no volumes.`);
    const problem = resourceProblem(container.resources ?? {}, { allowsFractions });
    if (problem !== undefined) throw invalid(`${place}.resources`, problem);
  }
}

/** An account's mail address, or nothing. @throws `INVALID_ARGUMENT` */
export function checkServiceAccount(account = ""): void {
  if (account !== "" && !/^[^@\s]+@[^@\s]+$/.test(account))
    throw new GoogleError("INVALID_ARGUMENT", `The service account '${account}' is no mail address.`);
}
