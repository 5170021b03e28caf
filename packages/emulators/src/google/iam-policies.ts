import { createHash } from "node:crypto";
import { GoogleError } from "./google-error.ts";
import type { GoogleMessage, GoogleMethod, GoogleService } from "./google-service.ts";

interface PolicyRequest {
  readonly resource: string;
  readonly policy?: GoogleMessage & { readonly etag?: string };
  readonly permissions?: readonly string[];
}

/** Policies of resources, as they were set, and which permissions the caller has. */
export class IamPolicies {
  readonly #denied: ReadonlySet<string>;
  readonly #policies = new Map<string, GoogleMessage & { readonly etag: string }>();

  /** @param denied Permissions that the caller lacks, such as `run.jobs.run`. It has any other. */
  constructor(denied: readonly string[] = []) {
    this.#denied = new Set(denied);
  }

  has(permission: string): boolean {
    return !this.#denied.has(permission);
  }

  /** @throws `PERMISSION_DENIED` */
  require(permission: string, resource: string): void {
    if (!this.has(permission))
      throw new GoogleError(
        "PERMISSION_DENIED",
        `Permission '${permission}' denied on resource '${resource}' (or resource may not exist).`,
      );
  }

  /** The three methods that every service has for its own resources. `exists` throws where there is no such resource. */
  methods(exists: (resource: string) => void): Readonly<Record<string, GoogleMethod>> {
    return {
      GetIamPolicy: ({ resource }: PolicyRequest) => {
        exists(resource);
        return this.#get(resource);
      },
      SetIamPolicy: ({ resource, policy = {} }: PolicyRequest) => {
        exists(resource);
        return this.#set(resource, policy);
      },
      // What does not exist grants nothing, and is no error.
      TestIamPermissions: ({ permissions = [] }: PolicyRequest) => ({
        permissions: permissions.filter((name) => this.has(name)),
      }),
    };
  }

  #get(resource: string): GoogleMessage {
    return this.#policies.get(resource) ?? { version: 1, etag: Buffer.from("ACAB").toString("base64") };
  }

  #set(resource: string, policy: GoogleMessage & { readonly etag?: string }): GoogleMessage {
    const current = this.#policies.get(resource);
    if (policy.etag && current && policy.etag !== current.etag)
      throw new GoogleError(
        "ABORTED",
        "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
      );
    const etag = createHash("sha256").update(JSON.stringify(policy)).digest("base64").slice(0, 12);
    const next = { version: 1, ...policy, etag };
    this.#policies.set(resource, next);
    return next;
  }
}

/**
 * google.iam.v1.IAMPolicy: of projects, where Resource Manager has it, and of service accounts, where IAM has it. Each of them
 * exists.
 */
export const iamService = (policies: IamPolicies): GoogleService => {
  const methods = policies.methods(() => {});
  return {
    fullName: "google.iam.v1.IAMPolicy",
    name: "iam",
    methods,
    paths: {
      TestIamPermissions: [
        { verb: "POST", template: "/v1/{resource=projects/*/serviceAccounts/*}:testIamPermissions", body: "*" },
        { verb: "POST", template: "/v3/{resource=projects/*}:testIamPermissions", body: "*" },
      ],
    },
  };
};
