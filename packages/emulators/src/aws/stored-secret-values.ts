import type { AwsScope } from "./aws-scope.ts";
import { currentStage, versionAt } from "./secrets-manager/secret.ts";
import type { SecretStore } from "./secrets-manager/secret-store.ts";
import type { ParameterStore } from "./ssm/parameter-store.ts";

const secretForm = /^(arn:[\w-]+:secretsmanager:[\w-]+:\d{12}:secret:[^:]+)(?::([^:]*))?(?::([^:]*))?(?::([^:]*))?$/;

/** One member of a secret that is a JSON object. */
function memberOf(text: string | undefined, key: string): string | undefined {
  try {
    const value: unknown = (JSON.parse(text ?? "") as Record<string, unknown>)[key];
    return typeof value === "string" || value === undefined ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** What task definitions refer to in `valueFrom`, from both services that keep secrets. */
export class StoredSecretValues {
  readonly #secrets: SecretStore;
  readonly #parameters: ParameterStore;

  constructor(secrets: SecretStore, parameters: ParameterStore) {
    this.#secrets = secrets;
    this.#parameters = parameters;
  }

  /**
   * The value by a secret's ARN, also with `:json-key:version-stage:version-id` behind it, by a parameter's ARN, or by a
   * parameter's name in the given account and region. Undefined where there is none, or it awaits its deletion.
   */
  find(reference: string, scope: AwsScope): string | undefined {
    const [, arn, key, stage, id] = secretForm.exec(reference) ?? [];
    if (!arn) return this.#parameters.find(scope, reference)?.version?.value;
    const secret = this.#secrets.find(scope, arn);
    if (!secret || secret.deletion) return undefined;
    const version = id ? secret.versions.get(id) : versionAt(secret, stage || currentStage);
    const text = version?.value.SecretString;
    return key ? memberOf(text, key) : text;
  }

  /**
   * Sets a value by what `find` is asked for: a secret's ARN, a parameter's ARN, or a parameter's name. Throws a TypeError where
   * it is an ARN of something else.
   */
  seed(reference: string, value: string, scope: AwsScope): void {
    if (/^arn:[\w-]+:secretsmanager:/.test(reference)) this.#secrets.seed(reference, value);
    else this.#parameters.seed(reference, value, scope);
  }
}
