import { unknownKeys } from "@longshore/core/driver";
import { z } from "zod";
import type { KubernetesConfig, KubernetesOptions } from "./kubernetes-config.ts";
import { isLabelKey, isLabelValue, ownPrefix } from "./object-names.ts";

/** RFC 1123, section 2.1, as Kubernetes names namespaces and classes. */
const dnsName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const name = (what: string) => z.string().regex(dnsName, `expected the name of ${what}`);

const config = {
  kubeconfig: z.string().min(1).optional(),
  context: z.string().min(1).optional(),
  namespace: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "expected a namespace")
    .optional(),
};
const labelKey = z.string().refine(isLabelKey, "expected a label's key, prefix/name or name");
const labelValue = z.string().refine(isLabelValue, "expected a label's value: at most 63 letters, digits, - _ .");
const toleration = {
  key: labelKey.optional(),
  operator: z.enum(["Exists", "Equal"]).optional(),
  value: labelValue.optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
  tolerationSeconds: z.int().min(0).optional(),
};
const sidecar = {
  name: z.string().regex(/^(?!main$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "expected a container's name other than main"),
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected a variable's name"), z.string()).optional(),
};
const options = {
  nodeSelector: z.record(labelKey, labelValue).optional(),
  tolerations: z.array(z.strictObject(toleration, { error: unknownKeys(Object.keys(toleration)) })).optional(),
  affinity: z.record(z.enum(["nodeAffinity", "podAffinity", "podAntiAffinity"]), z.unknown()).optional(),
  sidecars: z.array(z.strictObject(sidecar, { error: unknownKeys(Object.keys(sidecar)) })).optional(),
  priorityClass: name("a priority class").optional(),
  runtimeClass: name("a runtime class").optional(),
  annotations: z
    .record(
      labelKey.refine((key) => !key.startsWith(ownPrefix), `expected a key that does not begin with ${ownPrefix}`),
      z.string(),
    )
    .optional(),
};

/** In a module of its own, so that importing the plugin imports no schema library. Absent and undefined are one to both. */
export const configSchema: z.ZodType<KubernetesConfig, KubernetesConfig> = z.strictObject(config, {
  error: unknownKeys(Object.keys(config)),
}) as never;
export const optionsSchema: z.ZodType<KubernetesOptions, KubernetesOptions> = z.strictObject(options, {
  error: unknownKeys(Object.keys(options)),
}) as never;
