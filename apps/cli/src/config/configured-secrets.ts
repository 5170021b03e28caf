import { combineSecrets, environmentSecrets, fileSecrets, type SecretResolver } from "@longshore/core";

/** `env:NAME` from this process's environment, `file:PATH` from a file. */
export const configuredSecrets = (): SecretResolver => combineSecrets({ env: environmentSecrets(), file: fileSecrets() });
