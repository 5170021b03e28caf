import type { AwsOperation } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { noSuchSecret, type SecretStore } from "./secret-store.ts";

interface DeleteSecretInput {
  readonly SecretId: string;
  readonly RecoveryWindowInDays?: number;
  readonly ForceDeleteWithoutRecovery?: boolean;
}

const dayMs = 86_400_000;
/** The service's documented window, in days. */
const window = { least: 7, most: 30, usual: 30 };

function dueAt({ RecoveryWindowInDays, ForceDeleteWithoutRecovery = false }: DeleteSecretInput, now: number): number {
  if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined)
    throw new ModelledError(
      "InvalidParameterException",
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  const days = RecoveryWindowInDays ?? window.usual;
  if (days < window.least || days > window.most)
    throw new ModelledError(
      "InvalidParameterException",
      `The RecoveryWindowInDays value must be between ${window.least} and ${window.most} days (inclusive).`,
    );
  return ForceDeleteWithoutRecovery ? now : now + days * dayMs;
}

/** Marks a secret for its deletion; forced, it is gone at once, and whether it was there is not asked. */
export function deleteSecret(store: SecretStore): AwsOperation {
  return async (input: DeleteSecretInput, call) => {
    const now = call.clock.now();
    const due = dueAt(input, now);
    const secret = store.find(call, input.SecretId);
    if (!secret && input.ForceDeleteWithoutRecovery) return { Name: input.SecretId, DeletionDate: new Date(now) };
    if (!secret) throw noSuchSecret();
    if (input.ForceDeleteWithoutRecovery) store.remove(call, secret);
    else secret.deletion ??= { askedAt: now, dueAt: due };
    return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(secret.deletion?.dueAt ?? due) };
  };
}

export function restoreSecret(store: SecretStore): AwsOperation {
  return async ({ SecretId }: Pick<DeleteSecretInput, "SecretId">, call) => {
    const secret = store.find(call, SecretId);
    if (!secret) throw noSuchSecret();
    delete secret.deletion;
    return { ARN: secret.arn, Name: secret.name };
  };
}
