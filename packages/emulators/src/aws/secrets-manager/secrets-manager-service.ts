import type { AwsCall, AwsOperation, AwsService } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { paginate } from "../paginate.ts";
import { loadServiceModel } from "../service-model.ts";
import { describeProblems } from "../validate-input.ts";
import { deleteSecret, restoreSecret } from "./delete-secret.ts";
import { describeSecret } from "./describe-secret.ts";
import { currentStage, versionAt, type Secret, type SecretValue } from "./secret.ts";
import { noSuchSecret, type SecretStore } from "./secret-store.ts";

interface SecretInput {
  readonly SecretId: string;
}
interface ValueInput extends SecretValue {
  readonly ClientRequestToken?: string;
}
interface CreateInput extends ValueInput {
  readonly Name: string;
  readonly Description?: string;
  readonly KmsKeyId?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

const invalidParameter = (message: string): ModelledError => new ModelledError("InvalidParameterException", message);

/** The value of a request, if it has one. */
function valueOf({ SecretString, SecretBinary }: SecretValue): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.");
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}

const identityOf = ({ arn, name }: Secret): { ARN: string; Name: string } => ({ ARN: arn, Name: name });

/** A secret that is there, and does not await its deletion. */
function usableSecret(store: SecretStore, id: string, call: AwsCall): Secret {
  const secret = store.find(call, id);
  if (!secret) throw noSuchSecret();
  if (secret.deletion)
    throw new ModelledError(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  return secret;
}

function createSecret(store: SecretStore): AwsOperation {
  return async (input: CreateInput, call) => {
    const { Name, Description, KmsKeyId, Tags = [], ClientRequestToken: id = call.requestId } = input;
    if (!/^[\w/+=.@!-]+$/.test(Name))
      throw new ModelledError(
        "InvalidParameterException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
      );
    const value = valueOf(input);
    const existing = store.find(call, Name);
    const same = existing?.versions.get(id);
    // The same token with the same value is the same call again.
    if (existing && same && value && JSON.stringify(same.value) === JSON.stringify(value))
      return { ...identityOf(existing), VersionId: id };
    const secret = store.create(call, Name);
    if (Description !== undefined) secret.description = Description;
    if (KmsKeyId !== undefined) secret.kmsKeyId = KmsKeyId;
    for (const { Key, Value } of Tags) secret.tags.set(Key, Value);
    if (!value) return identityOf(secret);
    return { ...identityOf(secret), VersionId: store.addVersion(secret, value, { id }).id };
  };
}

function getSecretValue(store: SecretStore): AwsOperation {
  return async (input: SecretInput & { readonly VersionId?: string; readonly VersionStage?: string }, call) => {
    const { SecretId, VersionId, VersionStage } = input;
    const secret = usableSecret(store, SecretId, call);
    const stage = VersionStage ?? currentStage;
    const version = VersionId === undefined ? versionAt(secret, stage) : secret.versions.get(VersionId);
    if (!version || (VersionStage !== undefined && !version.stages.has(VersionStage)))
      throw new ModelledError(
        "ResourceNotFoundException",
        `Secrets Manager can't find the specified secret value for ${VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`}`,
      );
    const VersionStages = version.stages.size > 0 ? [...version.stages] : undefined;
    return {
      ...identityOf(secret),
      VersionId: version.id,
      ...version.value,
      VersionStages,
      CreatedDate: new Date(version.createdDate),
    };
  };
}

function putSecretValue(store: SecretStore): AwsOperation {
  return async (input: SecretInput & ValueInput & { readonly VersionStages?: readonly string[] }, call) => {
    const { SecretId, VersionStages = [currentStage], ClientRequestToken: id = call.requestId } = input;
    const secret = usableSecret(store, SecretId, call);
    const value = valueOf(input);
    if (!value) throw invalidParameter("You must provide either SecretString or SecretBinary.");
    const version = store.addVersion(secret, value, { id, stages: VersionStages });
    return { ...identityOf(secret), VersionId: id, VersionStages: [...version.stages] };
  };
}

function updateSecret(store: SecretStore): AwsOperation {
  return async (input: SecretInput & ValueInput & Pick<CreateInput, "Description" | "KmsKeyId">, call) => {
    const { Description, KmsKeyId, ClientRequestToken: id = call.requestId } = input;
    const secret = usableSecret(store, input.SecretId, call);
    const value = valueOf(input);
    if (Description !== undefined) secret.description = Description;
    if (KmsKeyId !== undefined) secret.kmsKeyId = KmsKeyId;
    return { ...identityOf(secret), ...(value && { VersionId: store.addVersion(secret, value, { id }).id }) };
  };
}

function listSecrets(store: SecretStore): AwsOperation {
  return async (
    input: { readonly MaxResults?: number; readonly NextToken?: string; readonly SortOrder?: "asc" | "desc" },
    call,
  ) => {
    const descending = input.SortOrder === "desc";
    const secrets = store.list(call).filter(({ deletion }) => !deletion);
    const { items, nextToken } = paginate({
      items: descending ? secrets.toReversed() : secrets,
      keyOf: ({ name }) => name,
      limit: input.MaxResults ?? 100,
      token: input.NextToken,
      invalidToken: () => new ModelledError("InvalidNextTokenException", "The NextToken value is invalid."),
      descending,
    });
    return {
      SecretList: items.map((secret) => {
        const { VersionIdsToStages, ...rest } = describeSecret(secret);
        return { ...rest, SecretVersionsToStages: VersionIdsToStages };
      }),
      NextToken: nextToken,
    };
  };
}

function tagOperations(store: SecretStore): Readonly<Record<string, AwsOperation>> {
  return {
    TagResource: async ({ SecretId, Tags }: SecretInput & Required<Pick<CreateInput, "Tags">>, call) => {
      const { tags } = usableSecret(store, SecretId, call);
      for (const { Key, Value } of Tags) tags.set(Key, Value);
      return {};
    },
    UntagResource: async ({ SecretId, TagKeys }: SecretInput & { readonly TagKeys: readonly string[] }, call) => {
      const { tags } = usableSecret(store, SecretId, call);
      for (const key of TagKeys) tags.delete(key);
      return {};
    },
  };
}

/** Secrets Manager, over secrets that tasks are given too. */
export async function createSecretsManagerService(store: SecretStore): Promise<AwsService> {
  return {
    name: "secretsmanager",
    model: await loadServiceModel("secretsmanager"),
    refuse: (problems) => invalidParameter(describeProblems(problems)),
    operations: {
      ...tagOperations(store),
      CreateSecret: createSecret(store),
      DeleteSecret: deleteSecret(store),
      DescribeSecret: async ({ SecretId }: SecretInput, call) => {
        const secret = store.find(call, SecretId);
        if (!secret) throw noSuchSecret();
        return describeSecret(secret);
      },
      GetSecretValue: getSecretValue(store),
      ListSecrets: listSecrets(store),
      PutSecretValue: putSecretValue(store),
      RestoreSecret: restoreSecret(store),
      UpdateSecret: updateSecret(store),
    },
  };
}
