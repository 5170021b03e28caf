import type { Clock } from "../../clock.ts";
import { scopeKey, type AwsScope } from "../aws-scope.ts";

export type ParameterType = "String" | "StringList" | "SecureString";

export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly type: ParameterType;
  readonly dataType: string;
  readonly lastModified: number;
}

export interface Parameter {
  readonly name: string;
  readonly arn: string;
  /** Oldest first. */
  readonly versions: ParameterVersion[];
}

/** A parameter, and what of its versions a name with `:version` behind it means. */
export interface FoundParameter {
  readonly parameter: Parameter;
  /** Absent where there is no such version. */
  readonly version?: ParameterVersion;
  /** `:3`. */
  readonly selector?: string;
}

const arnForm = /^arn:[\w-]+:ssm:([\w-]+):(\d{12}):parameter(\/.+)$/;

/** The parameters of every account and region. */
export class ParameterStore {
  readonly #clock: Clock;
  readonly #parameters = new Map<string, Map<string, Parameter>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** By name or ARN, with or without `:version`. */
  find(scope: AwsScope, reference: string): FoundParameter | undefined {
    const [, base = reference, selector] = /^(.*?)(:\d+)?$/s.exec(reference) ?? [];
    const [, region, account, path] = arnForm.exec(base) ?? [];
    // A name with no slash at its beginning has one in its ARN all the same.
    const names = path === undefined ? [base] : [path, path.slice(1)];
    const owner = region && account ? { region, account } : scope;
    const parameter = names.map((name) => this.#of(owner).get(name)).find((found) => found !== undefined);
    if (!parameter) return undefined;
    const number = selector === undefined ? undefined : Number(selector.slice(1));
    const version =
      parameter.versions.find((one) => one.version === number) ?? (selector ? undefined : parameter.versions.at(-1));
    return { parameter, ...(version && { version }), ...(selector !== undefined && { selector }) };
  }

  /** Adds a version, and the parameter where there is none. */
  put(scope: AwsScope, name: string, given: Omit<ParameterVersion, "version" | "lastModified">): ParameterVersion {
    const slash = name.startsWith("/") ? "" : "/";
    const parameter = this.#of(scope).get(name) ?? {
      name,
      arn: `arn:aws:ssm:${scope.region}:${scope.account}:parameter${slash}${name}`,
      versions: [],
    };
    this.#of(scope).set(name, parameter);
    const version = { ...given, version: (parameter.versions.at(-1)?.version ?? 0) + 1, lastModified: this.#clock.now() };
    parameter.versions.push(version);
    return version;
  }

  delete(scope: AwsScope, name: string): boolean {
    return this.#of(scope).delete(name);
  }

  /** Sets a parameter's value by its name, in the given account and region, or by its ARN. */
  seed(reference: string, value: string, scope: AwsScope): void {
    const [, region, account, path] = arnForm.exec(reference) ?? [];
    if (reference.startsWith("arn:") && path === undefined)
      throw new TypeError(`${reference} is no ARN of a parameter: arn:aws:ssm:REGION:ACCOUNT:parameter/NAME`);
    const owner = region && account ? { region, account } : scope;
    // An ARN tells no difference between `name` and `/name`; only names of several parts have to begin with a slash.
    const name = path === undefined ? reference : path.lastIndexOf("/") === 0 ? path.slice(1) : path;
    this.put(owner, name, { value, type: "SecureString", dataType: "text" });
  }

  #of(scope: AwsScope): Map<string, Parameter> {
    const parameters = this.#parameters.get(scopeKey(scope)) ?? new Map<string, Parameter>();
    this.#parameters.set(scopeKey(scope), parameters);
    return parameters;
  }
}
