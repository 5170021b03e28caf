import { unknownKeys } from "@longshore/core/driver";
import { z } from "zod";
import type { CloudRunConfig, CloudRunOptions } from "./cloud-run-config.ts";

const account = z.string().regex(/^[^@\s]+@[^@\s]+$/, "expected an account's mail address, NAME@PROJECT.iam.gserviceaccount.com");
const count = z.int().min(1);
const strict = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape, { error: unknownKeys(Object.keys(shape)) });

const config = {
  project: z.string().regex(/^[a-z][a-z0-9:.-]{4,62}$/, "expected a project's id"),
  region: z.string().regex(/^[a-z]+-[a-z]+\d+$/, "expected a region such as europe-west3"),
  serviceAccount: account.optional(),
  transport: z.enum(["grpc", "rest"]).optional(),
  endpoint: z.url().optional(),
  keyFile: z.string().min(1).optional(),
  stopGraceMs: z.int().min(0).optional(),
  logCallsPerMinute: count.optional(),
  logOverlapMs: z.int().min(0).optional(),
  logQuietMs: z.int().min(0).optional(),
  pollMs: count.optional(),
  callsPerSecond: z.number().positive().optional(),
};
const vpc = {
  connector: z.string().min(1).optional(),
  network: z.string().min(1).optional(),
  subnetwork: z.string().min(1).optional(),
  tags: z.array(z.string().min(1)).optional(),
  egress: z.enum(["all-traffic", "private-ranges"]).optional(),
};
const options = {
  vpc: strict(vpc)
    .refine(({ connector, network, subnetwork }) => connector === undefined || (network ?? subnetwork) === undefined, {
      error: "expected a connector, or network and subnetwork, not both",
    })
    .optional(),
  ingress: z.enum(["all", "internal", "internal-load-balancer"]).optional(),
  concurrency: count.max(1000).optional(),
  encryptionKey: z.string().min(1).optional(),
  executionEnvironment: z.enum(["gen1", "gen2"]).optional(),
  exactSize: z.boolean().optional(),
  launchStage: z.enum(["BETA", "ALPHA"]).optional(),
  labels: z
    .record(
      z.string().regex(/^(?!longshore)[a-z][a-z0-9_-]{0,62}$/, "expected a label's key: lower-case letters, digits, _ and -"),
      z.string().regex(/^[a-z0-9_-]{0,63}$/, "expected a label's value: lower-case letters, digits, _ and -"),
    )
    .optional(),
};

/** In a module of its own, so that importing the plugin imports no schema library. Absent and undefined are one to both. */
export const configSchema: z.ZodType<CloudRunConfig, CloudRunConfig> = strict(config) as never;
export const optionsSchema: z.ZodType<CloudRunOptions, CloudRunOptions> = strict(options) as never;
