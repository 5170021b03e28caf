import { unknownKeys } from "@longshore/core/driver";
import { z } from "zod";
import type { DockerOptions, ReadDockerConfig } from "./docker-config.ts";

/** Long enough to send a container its secrets on a loaded machine. */
const defaultStartLeaseMs = 10_000;

const config = {
  host: z
    .string()
    .regex(/^(unix|tcp|http|https):\/\/\S+$/, "expected unix://PATH or tcp://HOST:PORT")
    .optional(),
  context: z.string().min(1).optional(),
  certificates: z.string().min(1).optional(),
  startLeaseMs: z.int().min(100).max(600_000).default(defaultStartLeaseMs),
};
const options = {
  network: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "expected a network's name")
    .optional(),
  extraHosts: z.array(z.string().regex(/^[^:\s]+:\S+$/, "expected name:address")).optional(),
  shmSize: z
    .string()
    .regex(/^[1-9]\d*(Mi|Gi)$/, 'expected "64Mi" or "1Gi"')
    .optional(),
};

/** In a module of its own, so that importing the plugin imports no schema library. Absent and undefined are one to both. */
export const configSchema: z.ZodType<ReadDockerConfig, Partial<ReadDockerConfig>> = z.strictObject(config, {
  error: unknownKeys(Object.keys(config)),
}) as never;
export const optionsSchema: z.ZodType<DockerOptions, DockerOptions> = z.strictObject(options, {
  error: unknownKeys(Object.keys(options)),
}) as never;
