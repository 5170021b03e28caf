/** Exactly one of the two; the binary one in base64. */
export interface SecretValue {
  readonly SecretString?: string;
  readonly SecretBinary?: string;
}

export interface SecretVersion {
  readonly id: string;
  readonly value: SecretValue;
  readonly createdDate: number;
  readonly stages: Set<string>;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly createdDate: number;
  readonly tags: Map<string, string>;
  readonly versions: Map<string, SecretVersion>;
  description?: string;
  kmsKeyId?: string;
  lastChangedDate: number;
  /** When its deletion was asked for, and from when on it is gone. */
  deletion?: { readonly askedAt: number; readonly dueAt: number };
}

export const currentStage = "AWSCURRENT";
const previousStage = "AWSPREVIOUS";

export const versionAt = ({ versions }: Secret, stage: string): SecretVersion | undefined =>
  [...versions.values()].find(({ stages }) => stages.has(stage));

/** Puts stages on a version, each of which one version has; what was current becomes the previous one. */
export function stageVersion(secret: Secret, version: SecretVersion, stages: readonly string[]): void {
  const before = versionAt(secret, currentStage);
  const move = (stage: string, to: SecretVersion): void => {
    for (const other of secret.versions.values()) other.stages.delete(stage);
    to.stages.add(stage);
  };
  if (stages.includes(currentStage) && before && before !== version) move(previousStage, before);
  for (const stage of stages) move(stage, version);
}
