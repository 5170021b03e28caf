import type { Secret } from "./secret.ts";

/** Everything about a secret but its value, as DescribeSecret tells it. */
export interface DescribedSecret {
  readonly ARN: string;
  readonly Name: string;
  readonly Description?: string;
  readonly KmsKeyId?: string;
  readonly LastChangedDate: Date;
  readonly CreatedDate: Date;
  readonly DeletedDate?: Date;
  readonly Tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>>;
}

export function describeSecret(secret: Secret): DescribedSecret {
  const staged = [...secret.versions.values()].filter(({ stages }) => stages.size > 0);
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description !== undefined && { Description: secret.description }),
    ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
    LastChangedDate: new Date(secret.lastChangedDate),
    CreatedDate: new Date(secret.createdDate),
    ...(secret.deletion && { DeletedDate: new Date(secret.deletion.askedAt) }),
    Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
    ...(staged.length > 0 && { VersionIdsToStages: Object.fromEntries(staged.map(({ id, stages }) => [id, [...stages]])) }),
  };
}
