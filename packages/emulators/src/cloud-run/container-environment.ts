import type { SecretValues } from "./run-world.ts";
import type { Container, SecretKeySelector } from "./run-shapes.ts";

/** A secret that a container refers to and nobody can read. */
export class SecretProblem extends Error {
  override readonly name = "SecretProblem";
}

function valueOf({ secret, version = "latest" }: SecretKeySelector, project: string, secrets: SecretValues): string {
  const value = secrets.find(project, secret, version);
  if (value !== undefined) return value;
  const name = secret.includes("/") ? secret : `projects/${project}/secrets/${secret}`;
  throw new SecretProblem(`Secret ${name}/versions/${version} was not found`);
}

/** What a container's variables are, with those that are the platform's. @throws {@link SecretProblem} */
export function containerEnvironment(
  { env = [] }: Container,
  own: Readonly<Record<string, string>>,
  { project, secrets }: { readonly project: string; readonly secrets: SecretValues },
): Record<string, string> {
  const asked = env.map(({ name, value = "", valueSource }) => {
    const reference = valueSource?.secretKeyRef;
    return [name, reference ? valueOf(reference, project, secrets) : value] as const;
  });
  return { ...Object.fromEntries(asked), ...own };
}
