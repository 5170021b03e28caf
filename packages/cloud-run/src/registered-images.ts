import { createHash } from "node:crypto";
import { type ImageConfig, type Owner, parseCpu, parseMemory } from "@longshore/core";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { jobSize } from "./job-sizes.ts";
import type { Job } from "./jobs.ts";
import { annotation, label } from "./native-names.ts";
import { graceOf } from "./spec-adjustments.ts";
import { untilOver } from "./until-over.ts";

const digestLength = 32;
/** At most 49 characters, and no name of a workload: those of readable ones begin with an owner. */
const jobId = (owner: Owner, reference: string): string =>
  `longshore-image-${createHash("sha256").update(`${owner} ${reference}`).digest("hex").slice(0, digestLength)}`;

/** Nobody runs it: it is a template that is kept, with the config as it was given. */
function toJob({ host: { owner }, config }: CloudRunParts, image: ImageConfig): Job {
  const { reference, cpu = "1", memory = "512Mi", taskRole = config.serviceAccount } = image;
  const size = jobSize({ milliCpu: parseCpu(cpu), mebibytes: parseMemory(memory) });
  const limits = size && { cpu: String(size.cpu), memory: `${size.mebibytes}Mi` };
  return {
    labels: { [label.owner]: owner, [label.kind]: "image" },
    annotations: { [annotation.image]: JSON.stringify(image) },
    template: {
      template: {
        containers: [{ image: reference, ...(limits !== undefined && { resources: { limits } }) }],
        maxRetries: 0,
        ...(taskRole !== undefined && { serviceAccount: taskRole }),
      },
    },
  };
}
function readImage({ annotations }: Job): ImageConfig | undefined {
  const text = annotations?.[annotation.image];
  return text === undefined ? undefined : (JSON.parse(text) as ImageConfig);
}

/** The last one that is registered under a reference is the one. */
export async function registerImage(parts: CloudRunParts, image: ImageConfig, signal: AbortSignal): Promise<void> {
  const { jobs, api, host } = parts;
  const id = jobId(host.owner, image.reference);
  const job = toJob(parts, image);
  if (await jobs.create(id, job, signal)) return;
  await jobs.update({ ...job, name: `${api.parent}/jobs/${id}` }, signal);
}
export async function* listImages(
  { jobs }: CloudRunParts,
  { defaultsOnly = false }: { readonly defaultsOnly?: boolean },
  signal: AbortSignal,
): AsyncGenerator<ImageConfig, void, void> {
  for await (const job of jobs.all(signal)) {
    const image = job.deleteTime == null ? readImage(job) : undefined;
    if (image !== undefined && (image.isDefault || !defaultsOnly)) yield image;
  }
}
/** Absent is no error. */
export async function removeImage(parts: CloudRunParts, reference: string, signal: AbortSignal): Promise<void> {
  const name = `${parts.api.parent}/jobs/${jobId(parts.host.owner, reference)}`;
  await parts.jobs.delete(name, signal);
  const look = async (): Promise<boolean> => (await parts.jobs.get(name, signal)) === undefined;
  await untilOver(parts, { look, graceMs: graceOf(parts.config) }, signal);
}
