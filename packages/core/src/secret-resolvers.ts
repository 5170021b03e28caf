import { readFile, stat } from "node:fs/promises";
import type { SecretResolver } from "./host.ts";
import { LongshoreError } from "./longshore-error.ts";

/** What Kubernetes takes in one Secret (kubernetes.io/docs/concepts/configuration/secret): 1 MiB. */
const largestSecretBytes = 1_048_576;

const refuse = (message: string, cause?: unknown): never => {
  throw new LongshoreError(message, { code: "invalid-spec", operation: "resolve secret", cause });
};

/** `env:NAME` reads a variable of this process. */
export function environmentSecrets(environment: Readonly<Record<string, string | undefined>> = process.env): SecretResolver {
  return {
    async resolve(key) {
      const name = key.startsWith("env:") ? key.slice(4) : refuse(`secret ${key}: expected env:NAME`);
      return environment[name] ?? refuse(`secret ${key}: the variable ${name} is not set`);
    },
  };
}

/** `file:PATH` reads a whole file as UTF-8, as it is: a newline at its end belongs to the secret. */
export function fileSecrets(): SecretResolver {
  return {
    async resolve(key, signal) {
      const path = key.startsWith("file:") ? key.slice(5) : refuse(`secret ${key}: expected file:PATH`);
      const found = await stat(path).catch((error: unknown) => refuse(`secret ${key}: cannot be read`, error));
      if (found.size > largestSecretBytes) refuse(`secret ${key}: ${found.size} bytes, at most ${largestSecretBytes}`);
      return readFile(path, { encoding: "utf8", signal }).catch((error: unknown) =>
        refuse(`secret ${key}: cannot be read`, error),
      );
    },
  };
}

/** Asks the resolver that the key's prefix names: `combineSecrets({ env: environmentSecrets(), file: fileSecrets() })`. */
export function combineSecrets(byPrefix: Readonly<Record<string, SecretResolver>>): SecretResolver {
  return {
    async resolve(key, signal) {
      const prefix = key.slice(0, Math.max(0, key.indexOf(":")));
      const resolver = Object.hasOwn(byPrefix, prefix) ? byPrefix[prefix] : undefined;
      const known = Object.keys(byPrefix).map((name) => `${name}:…`);
      return resolver?.resolve(key, signal) ?? refuse(`secret ${key}: expected ${known.join(" or ")}`);
    },
  };
}
