import type { Container, ContainerGroup, ImageRegistryCredential } from "@azure/arm-containerinstance";
import type { Host, WorkloadSpec } from "@longshore/core";
import { resolveSecret, resolveSecrets } from "@longshore/core/driver";
import type { AciConfig } from "./aci-config.ts";
import { secretVolume } from "./to-container-group.ts";

interface Login {
  readonly username: string;
  readonly password: string;
}
/** `user:password`, or the same in JSON. */
function readLogin(text: string): Login {
  if (text.trimStart().startsWith("{")) return JSON.parse(text) as Login;
  const at = text.indexOf(":");
  return { username: text.slice(0, at), password: text.slice(at + 1) };
}
async function registryOf(
  { imageRegistryCredentials: given = [] }: ContainerGroup,
  spec: WorkloadSpec,
  resolve: (source: { readonly resolve: string }) => Promise<string>,
): Promise<ImageRegistryCredential[]> {
  const { registryCredentials: source } = spec;
  if (source === undefined || !("resolve" in source)) return given;
  const login = readLogin(await resolve(source));
  return given.map(({ server }) => ({ server, ...login }));
}

/** The group of the plan with the values that stand in it by name. They are kept nowhere, and Azure tells them to nobody. */
export async function fillSecrets(
  group: ContainerGroup,
  { spec, host, config }: { readonly spec: WorkloadSpec; readonly host: Host; readonly config: AciConfig },
  signal: AbortSignal,
): Promise<ContainerGroup> {
  const values = new Map((await resolveSecrets(spec, host, signal)).map(({ name, value }) => [name, value]));
  const files = Object.entries(spec.secrets ?? {}).filter(([, { as }]) => as === "file");
  const fill = (container: Container): Container => ({
    ...container,
    environmentVariables: (container.environmentVariables ?? []).map((variable) =>
      variable.secureValue === undefined ? variable : { name: variable.name, secureValue: values.get(variable.name) ?? "" },
    ),
  });
  const toBase64 = ([name]: readonly [string, unknown]): [string, string] => [
    name,
    Buffer.from(values.get(name) ?? "").toString("base64"),
  ];
  const registry = await registryOf(group, spec, (source) => resolveSecret(source, host, signal));
  const { logAnalytics } = config;
  return {
    ...group,
    containers: group.containers.map(fill),
    ...(files.length > 0 && { volumes: [{ name: secretVolume, secret: Object.fromEntries(files.map(toBase64)) }] }),
    ...(registry.length > 0 && { imageRegistryCredentials: registry }),
    ...(logAnalytics !== undefined && { diagnostics: { logAnalytics: { ...logAnalytics } } }),
  };
}
