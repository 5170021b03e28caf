import { isIP } from "node:net";
import { unknownKeys } from "@longshore/core/driver";
import { z } from "zod";
import type { DockerOptions, ReadDockerConfig } from "./docker-config.ts";

/** Long enough to send a container its secrets on a loaded machine. */
const defaultStartLeaseMs = 10_000;

const matching = (pattern: RegExp, expected: string): z.ZodString => z.string().regex(pattern, `expected ${expected}`);
const strict = <T extends z.core.$ZodLooseShape>(members: T): z.ZodObject<T> =>
  z.strictObject(members, { error: unknownKeys(Object.keys(members)) }) as never;

const config = {
  host: matching(/^(unix|tcp|http|https):\/\/\S+$/, "unix://PATH or tcp://HOST:PORT").optional(),
  context: z.string().min(1).optional(),
  certificates: z.string().min(1).optional(),
  startLeaseMs: z.int().min(100).max(600_000).default(defaultStartLeaseMs),
};
const network = matching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, "a network's name");
const address = z.string().refine((text) => isIP(text) !== 0, "expected an IP address");
/** A label of the name system: RFC 1123, section 2.1, with the underscore that Docker's own tools use. */
const alias = matching(/^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?$/, "a host name of at most 63 characters");
/** What the engine knows (docker/go-units, ulimit.go). */
const limitNames = /^(core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/;
const ulimit = strict({ soft: z.int().min(-1), hard: z.int().min(-1).optional() }).refine(
  ({ soft, hard = soft }) => hard === -1 || (soft !== -1 && soft <= hard),
  "expected soft to be at most hard",
);
const options = {
  network: network.optional(),
  networks: z.array(network).min(1, "expected at least one network").optional(),
  networkAliases: z.array(alias).optional(),
  extraHosts: z.array(matching(/^[^:\s]+:\S+$/, "name:address")).optional(),
  dns: z.array(address).optional(),
  publishOn: address.optional(),
  shmSize: matching(/^[1-9]\d*(Mi|Gi)$/, '"64Mi" or "1Gi"').optional(),
  ulimits: z.record(matching(limitNames, "a limit such as nofile"), ulimit).optional(),
  tmpfs: z
    .record(matching(/^\/[^\0:]*$/, "an absolute path"), matching(/^[a-z0-9=,.%]*$/, "options such as size=16m"))
    .optional(),
  devices: z.array(matching(/^\/dev\/[^:\s]+(:\/[^:\s]+)?(:[rwm]{1,3})?$/, "/dev/NAME or /dev/NAME:/dev/INSIDE:rwm")).optional(),
  healthcheck: strict({ command: z.array(z.string()).min(1, "expected a program") }).optional(),
};

/** In a module of its own, so that importing the plugin imports no schema library. Absent and undefined are one to both. */
export const configSchema: z.ZodType<ReadDockerConfig, Partial<ReadDockerConfig>> = strict(config) as never;
export const optionsSchema: z.ZodType<DockerOptions, DockerOptions> = strict(options) as never;
