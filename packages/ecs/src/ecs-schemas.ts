import { unknownKeys } from "@longshore/core/driver";
import { z } from "zod";
import type { EcsConfig, EcsOptions } from "./ecs-config.ts";

const subnet = z.string().regex(/^subnet-[0-9a-f]{8,17}$/, "expected a subnet's id, subnet-…");
const securityGroup = z.string().regex(/^sg-[0-9a-f]{8,17}$/, "expected a security group's id, sg-…");
const role = z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/.+$/, "expected a role's ARN, arn:aws:iam::ACCOUNT:role/NAME");
const providers = z.array(z.string().min(1)).min(1);
const credentials = {
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional(),
};
const config = {
  region: z.string().min(1).optional(),
  cluster: z.string().min(1).optional(),
  subnets: z.array(subnet).min(1).max(16),
  securityGroups: z.array(securityGroup).max(5).optional(),
  publicAddress: z.boolean().optional(),
  executionRole: role,
  taskRole: role.optional(),
  logGroup: z
    .string()
    .regex(/^[\w./#-]{1,512}$/, "expected a log group's name: letters, digits, _ - / . #")
    .optional(),
  logRetentionDays: z.int().min(1).optional(),
  launchType: z.enum(["FARGATE", "EC2"]).optional(),
  capacityProviders: providers.optional(),
  endpoint: z.url().optional(),
  credentials: z.strictObject(credentials, { error: unknownKeys(Object.keys(credentials)) }).optional(),
  logQuietMs: z.int().min(0).optional(),
  pollMs: z.int().min(1).optional(),
  callsPerSecond: z.number().positive().optional(),
};
const options = {
  subnets: z.array(subnet).min(1).max(16).optional(),
  securityGroups: z.array(securityGroup).max(5).optional(),
  publicAddress: z.boolean().optional(),
  capacityProviders: providers.optional(),
  exactSize: z.boolean().optional(),
  executeCommand: z.boolean().optional(),
  platformVersion: z.string().min(1).optional(),
  tags: z
    .record(z.string().regex(/^(?!aws:|longshore:)[\w .:/=+@-]{1,128}$/, "expected a tag's key"), z.string().max(256))
    .optional(),
};

/** In a module of its own, so that importing the plugin imports no schema library. Absent and undefined are one to both. */
export const configSchema: z.ZodType<EcsConfig, EcsConfig> = z.strictObject(config, {
  error: unknownKeys(Object.keys(config)),
}) as never;
export const optionsSchema: z.ZodType<EcsOptions, EcsOptions> = z.strictObject(options, {
  error: unknownKeys(Object.keys(options)),
}) as never;
