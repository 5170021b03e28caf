import { randomBytes } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { scopeKey, type AwsScope } from "../aws-scope.ts";
import { ModelledError } from "../modelled-error.ts";
import { currentStage, stageVersion, type Secret, type SecretValue, type SecretVersion } from "./secret.ts";

/** `arn:…:secret:name-AbCdEf`; the six characters at the end may be left out. */
const arnForm = /^arn:[\w-]+:secretsmanager:([\w-]+):(\d{12}):secret:([^:]+)$/;
const suffixForm = /-[A-Za-z0-9]{6}$/;

export const noSuchSecret = (): ModelledError =>
  new ModelledError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

/** The secrets of every account and region. */
export class SecretStore {
  readonly clock: Clock;
  readonly #secrets = new Map<string, Map<string, Secret>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** In the order of their names, those that await deletion too. */
  list(scope: AwsScope): readonly Secret[] {
    const names = [...(this.#secrets.get(scopeKey(scope))?.keys() ?? [])].sort();
    return names.flatMap((name) => this.find(scope, name) ?? []);
  }

  /** By name or ARN, the ARN's last characters left out or not. Also one that awaits its deletion. */
  find(scope: AwsScope, id: string): Secret | undefined {
    const [, region, account, rest] = arnForm.exec(id) ?? [];
    if (!region || !account || !rest) return this.#live(scope, id);
    const place = { account, region };
    const full = this.#live(place, rest.replace(suffixForm, ""));
    return full?.arn === id ? full : this.#live(place, rest);
  }

  /** @param arn Default: one of its own. @throws `ResourceExistsException`, `InvalidRequestException` */
  create(scope: AwsScope, name: string, arn?: string): Secret {
    const existing = this.#live(scope, name);
    if (existing?.deletion)
      throw new ModelledError(
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    if (existing)
      throw new ModelledError("ResourceExistsException", `The operation failed because the secret ${name} already exists.`);
    const now = this.clock.now();
    const secret: Secret = {
      name,
      arn: arn ?? `arn:aws:secretsmanager:${scope.region}:${scope.account}:secret:${name}-${randomBytes(3).toString("hex")}`,
      createdDate: now,
      lastChangedDate: now,
      tags: new Map(),
      versions: new Map(),
    };
    const secrets = this.#secrets.get(scopeKey(scope)) ?? new Map<string, Secret>();
    this.#secrets.set(scopeKey(scope), secrets.set(name, secret));
    return secret;
  }

  remove(scope: AwsScope, { name }: Secret): void {
    this.#secrets.get(scopeKey(scope))?.delete(name);
  }

  /** Adds a version; the same id with the same value again is the version that is there. @throws `ResourceExistsException` */
  addVersion(secret: Secret, value: SecretValue, { id, stages = [currentStage] }: VersionOptions): SecretVersion {
    const existing = secret.versions.get(id);
    if (existing && JSON.stringify(existing.value) !== JSON.stringify(value))
      throw new ModelledError("ResourceExistsException", `A different value was stored with the version ${id} before.`);
    const now = this.clock.now();
    const version = existing ?? { id, value, createdDate: now, stages: new Set<string>() };
    secret.versions.set(id, version);
    if (!existing) stageVersion(secret, version, stages);
    secret.lastChangedDate = now;
    return version;
  }

  /** Sets a secret's current value, and makes the secret where there is none. */
  seed(arn: string, value: string): void {
    const [, region, account, rest] = arnForm.exec(arn) ?? [];
    if (!region || !account || !rest)
      throw new TypeError(`${arn} is no ARN of a secret: arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME`);
    const scope = { region, account };
    const named = suffixForm.test(rest);
    const secret =
      this.find(scope, arn) ?? this.create(scope, named ? rest.replace(suffixForm, "") : rest, named ? arn : undefined);
    delete secret.deletion;
    this.addVersion(secret, { SecretString: value }, { id: crypto.randomUUID() });
  }

  #live(scope: AwsScope, name: string): Secret | undefined {
    const secret = this.#secrets.get(scopeKey(scope))?.get(name);
    if (!secret?.deletion || secret.deletion.dueAt > this.clock.now()) return secret;
    this.remove(scope, secret);
    return undefined;
  }
}

export interface VersionOptions {
  readonly id: string;
  /** Default: the current one. */
  readonly stages?: readonly string[];
}
