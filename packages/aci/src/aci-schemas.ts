import { unknownKeys } from "@longshore/core/driver";
import { z } from "zod";
import type { AciConfig, AciOptions } from "./aci-config.ts";

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "expected a GUID, as the portal shows it");
const positive = z.int().min(1).optional();
const credentials = {
  tenantId: z.string().min(1),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  authorityHost: z.url({ protocol: /^https$/ }).optional(),
};
const logAnalytics = { workspaceId: z.string().min(1), workspaceKey: z.string().min(1) };
const subnet = z.string().regex(/^\/subscriptions\/.+\/subnets\/[^/]+$/, "expected a subnet's resource id, /subscriptions/…");
const config = {
  subscription: guid,
  resourceGroup: z.string().regex(/^[-\w.()]{0,89}[-\w()]$/, "expected a resource group's name"),
  location: z.string().regex(/^[a-z0-9]{2,40}$/, "expected a location's name such as westeurope"),
  subnets: z.array(subnet).min(1).optional(),
  logAnalytics: z.strictObject(logAnalytics, { error: unknownKeys(Object.keys(logAnalytics)) }).optional(),
  endpoint: z.url().optional(),
  ca: z.string().min(1).optional(),
  credentials: z.strictObject(credentials, { error: unknownKeys(Object.keys(credentials)) }).optional(),
  pollMs: positive,
  logQuietMs: z.int().min(0).optional(),
  freshMs: positive,
  pullPatienceMs: z.int().min(0).optional(),
  changesPerHour: positive,
  readsPerSecond: z.number().positive().optional(),
};
const options = {
  dnsNameLabel: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{3,61}[a-z0-9]$/, "expected 5 to 63 lower-case letters, digits and hyphens")
    .optional(),
  exactSize: z.boolean().optional(),
  zone: z.string().min(1).optional(),
  tags: z.record(z.string().regex(/^(?!longshore)[^<>%&\\?/]{1,512}$/i, "expected a tag's name"), z.string().max(256)).optional(),
};

/** In a module of its own, so that importing the plugin imports no schema library. Absent and undefined are one to both. */
export const configSchema: z.ZodType<AciConfig, AciConfig> = z.strictObject(config, {
  error: unknownKeys(Object.keys(config)),
}) as never;
export const optionsSchema: z.ZodType<AciOptions, AciOptions> = z.strictObject(options, {
  error: unknownKeys(Object.keys(options)),
}) as never;
