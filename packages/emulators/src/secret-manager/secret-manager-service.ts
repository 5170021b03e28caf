import { crc32c } from "./crc32c.ts";
import { GoogleError } from "../google/google-error.ts";
import type { GoogleMessage, GoogleService, NamedMessage } from "../google/google-service.ts";
import type { IamPolicies } from "../google/iam-policies.ts";
import { paginate, type PageRequest } from "../google/paginate.ts";
import { toTimestamp } from "../google/timestamp.ts";
import type { Secret, SecretStore, SecretVersion, VersionState } from "./secret-store.ts";

interface NameRequest {
  readonly name: string;
}

interface AddVersionRequest {
  readonly parent: string;
  readonly payload: { readonly data?: string; readonly dataCrc32c?: string };
}

const permissions: Readonly<Record<string, string>> = {
  CreateSecret: "secretmanager.secrets.create",
  GetSecret: "secretmanager.secrets.get",
  ListSecrets: "secretmanager.secrets.list",
  DeleteSecret: "secretmanager.secrets.delete",
  AddSecretVersion: "secretmanager.versions.add",
  GetSecretVersion: "secretmanager.versions.get",
  ListSecretVersions: "secretmanager.versions.list",
  AccessSecretVersion: "secretmanager.versions.access",
  DisableSecretVersion: "secretmanager.versions.disable",
  EnableSecretVersion: "secretmanager.versions.enable",
  DestroySecretVersion: "secretmanager.versions.destroy",
};

/** Documented. */
const largestPayloadBytes = 64 * 1024;

const describeSecret = ({ name, createdAt, spec }: Secret): NamedMessage => ({
  ...spec,
  name,
  createTime: toTimestamp(createdAt),
});

const describeVersion = ({ name, createdAt, state, destroyedAt }: SecretVersion): NamedMessage => ({
  name,
  createTime: toTimestamp(createdAt),
  ...(destroyedAt !== undefined && { destroyTime: toTimestamp(destroyedAt) }),
  state,
});

function addVersion(store: SecretStore, { parent, payload }: AddVersionRequest): object {
  const data = Buffer.from(payload.data ?? "", "base64");
  if (data.length > largestPayloadBytes) throw new GoogleError("INVALID_ARGUMENT", "The payload is larger than 65536 bytes.");
  if (payload.dataCrc32c !== undefined && payload.dataCrc32c !== String(crc32c(data)))
    throw new GoogleError("INVALID_ARGUMENT", "The checksum of the payload is wrong.");
  return describeVersion(store.addVersion(store.get(parent), data));
}

function access(store: SecretStore, { name }: NameRequest): object {
  const version = store.version(name);
  if (version.state !== "ENABLED")
    throw new GoogleError("FAILED_PRECONDITION", `Secret Version [${version.name}] is in ${version.state} state.`);
  return { name: version.name, payload: { data: version.data.toString("base64"), dataCrc32c: String(crc32c(version.data)) } };
}

function setState(store: SecretStore, { name }: NameRequest, state: VersionState): object {
  const version = store.version(name);
  if (version.state === "DESTROYED")
    throw new GoogleError("FAILED_PRECONDITION", `Secret Version [${version.name}] is in DESTROYED state.`);
  version.state = state;
  if (state === "DESTROYED") version.data = Buffer.alloc(0);
  return describeVersion(version);
}

/** google.cloud.secretmanager.v1.SecretManagerService, as far as secrets have values. */
export const secretManagerService = (store: SecretStore, policies: IamPolicies): GoogleService => ({
  fullName: "google.cloud.secretmanager.v1.SecretManagerService",
  name: "secretmanager",
  permissionOf: (method) => permissions[method],
  methods: {
    CreateSecret: ({ parent, secretId, secret }: { parent: string; secretId: string; secret: GoogleMessage }) =>
      describeSecret(store.create(`${parent}/secrets/${secretId}`, secret)),
    GetSecret: ({ name }: NameRequest) => describeSecret(store.get(name)),
    ListSecrets: ({ parent, ...request }: PageRequest & { parent: string }) => {
      const { items, ...rest } = paginate(store.list(parent), request);
      return { secrets: items.map(describeSecret), totalSize: store.list(parent).length, ...rest };
    },
    DeleteSecret: ({ name }: NameRequest) => (store.delete(name), {}),
    AddSecretVersion: (request: AddVersionRequest) => addVersion(store, request),
    GetSecretVersion: ({ name }: NameRequest) => describeVersion(store.version(name)),
    ListSecretVersions: ({ parent, ...request }: PageRequest & { parent: string }) => {
      const { versions } = store.get(parent);
      const { items, ...rest } = paginate(versions.toReversed(), request);
      return { versions: items.map(describeVersion), totalSize: versions.length, ...rest };
    },
    AccessSecretVersion: (request: NameRequest) => access(store, request),
    DisableSecretVersion: (request: NameRequest) => setState(store, request, "DISABLED"),
    EnableSecretVersion: (request: NameRequest) => setState(store, request, "ENABLED"),
    DestroySecretVersion: (request: NameRequest) => setState(store, request, "DESTROYED"),
    ...policies.methods((name) => store.get(name)),
  },
});
