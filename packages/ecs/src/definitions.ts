import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionFamiliesCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  type TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { Dictionary } from "@longshore/core";
import { InFlight } from "@longshore/core/driver";
import { classifyEcsError } from "./classify-ecs-error.ts";
import type { EcsApi } from "./ecs-api.ts";
import { label, mainContainer, ownPrefix } from "./native-names.ts";
import type { TaskDefinitionInput } from "./to-task-definition.ts";

/** What a definition says of the workloads that run by it. */
export interface Facts {
  readonly labels: Dictionary<string>;
  readonly graceMs: number;
  readonly timeoutMs?: number;
  /** Of services only: a task's stands in its record. */
  readonly specHash: string;
  readonly replicas: number;
  /** It has a health check. */
  readonly probed: boolean;
  readonly ports: readonly { readonly port: number; readonly protocol: "tcp" | "udp" }[];
}
type Described = Pick<TaskDefinition, "containerDefinitions">;

function readFacts({ containerDefinitions = [] }: Described): Facts {
  const main = containerDefinitions.find(({ name }) => name === mainContainer);
  const all = main?.dockerLabels ?? {};
  const timeout = all[label.timeout];
  return {
    labels: Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith(ownPrefix))),
    graceMs: Number(all[label.grace] ?? 0),
    ...(timeout !== undefined && { timeoutMs: Number(timeout) }),
    specHash: all[label.hash] ?? "",
    replicas: Number(all[label.replicas] ?? 1),
    probed: main?.healthCheck !== undefined,
    ports: (main?.portMappings ?? []).map(({ containerPort = 0, protocol = "tcp" }) => ({ port: containerPort, protocol })),
  };
}
/** DeleteTaskDefinitions takes so many (API reference). */
const deleteLimit = 10;
/** ECS answers a name that it does not know with this message of a ClientException. */
const isUnknown = (error: unknown): boolean => /unable to describe|not found|does not exist/i.test((error as Error).message);

/** Task definitions are shared by all workloads of the same content, and known again by their family's name. */
export class Definitions {
  readonly #api: EcsApi;
  /** By family: its revision that is in use here. */
  readonly #active = new Map<string, string>();
  /** By ARN: definitions never change. */
  readonly #facts = new Map<string, Facts>();
  readonly #ensuring = new InFlight<string>();
  readonly #pruning = new InFlight<void>();

  constructor(api: EcsApi) {
    this.#api = api;
  }
  /** The ARN of one that is active; registered where there is none. ECS registers one in a second: one for all who ask. */
  ensure(input: TaskDefinitionInput, signal: AbortSignal): Promise<string> {
    const name = `${input.family} ${readFacts(input).specHash}`;
    return this.#ensuring.share(name, (shared) => this.#ensure(input, shared), signal);
  }
  async #ensure(input: TaskDefinitionInput, signal: AbortSignal): Promise<string> {
    const family = input.family ?? "";
    const known = this.#active.get(family) ?? (await this.describe(family, signal))?.taskDefinitionArn;
    const facts = known === undefined ? undefined : await this.facts(known, signal);
    // A service's family has a revision for each of its specs.
    const same = facts?.specHash === readFacts(input).specHash ? known : undefined;
    const arn = same ?? (await this.register(input, signal));
    this.#active.set(family, arn);
    this.#facts.set(arn, readFacts(input));
    return arn;
  }
  /** Somebody took it away: the next `ensure` looks again. */
  forget(family: string): void {
    this.#active.delete(family);
  }
  /** Undefined once ECS has forgotten it. */
  async facts(arn: string, signal: AbortSignal): Promise<Facts | undefined> {
    const known = this.#facts.get(arn);
    if (known !== undefined) return known;
    const found = await this.describe(arn, signal);
    if (found !== undefined) this.#facts.set(arn, readFacts(found));
    return this.#facts.get(arn);
  }
  /** Every revision but `kept`, as far as tasks that still run let ECS. */
  prune(family: string, signal: AbortSignal, kept?: string): Promise<void> {
    return this.#pruning.share(`${family} ${kept ?? ""}`, (shared) => this.#prune(family, shared, kept), signal);
  }
  async #prune(family: string, signal: AbortSignal, kept?: string): Promise<void> {
    if (kept === undefined) this.#active.delete(family);
    const active = await this.#list(family, "ACTIVE", signal);
    for (const taskDefinition of active.filter((arn) => arn !== kept)) {
      const command = new DeregisterTaskDefinitionCommand({ taskDefinition });
      await this.#api
        .call("DeregisterTaskDefinition", signal, (options) => this.#api.ecs.send(command, options))
        .catch(ignoreRefusal);
    }
    const inactive = await this.#list(family, "INACTIVE", signal);
    for (const arn of [...active, ...inactive]) if (arn !== kept) this.#facts.delete(arn);
    for (let from = 0; from < inactive.length; from += deleteLimit) {
      const command = new DeleteTaskDefinitionsCommand({ taskDefinitions: inactive.slice(from, from + deleteLimit) });
      await this.#api.call("DeleteTaskDefinitions", signal, (options) => this.#api.ecs.send(command, options));
    }
  }
  /** Undefined where there is none. Of a family, its newest revision that is active. */
  async describe(taskDefinition: string, signal: AbortSignal): Promise<TaskDefinition | undefined> {
    const command = new DescribeTaskDefinitionCommand({ taskDefinition });
    try {
      return (await this.#api.call("DescribeTaskDefinition", signal, (options) => this.#api.ecs.send(command, options)))
        .taskDefinition;
    } catch (error) {
      if (classifyEcsError(error)?.code === "invalid-spec" && isUnknown(error)) return undefined;
      throw error;
    }
  }
  async register(input: TaskDefinitionInput, signal: AbortSignal): Promise<string> {
    const command = new RegisterTaskDefinitionCommand(input);
    const { taskDefinition } = await this.#api.call("RegisterTaskDefinition", signal, (options) =>
      this.#api.ecs.send(command, options),
    );
    return taskDefinition?.taskDefinitionArn ?? input.family ?? "";
  }
  /** Those with an active revision. */
  async families(familyPrefix: string, signal: AbortSignal): Promise<readonly string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const input = { familyPrefix, status: "ACTIVE" as const, ...(nextToken !== undefined && { nextToken }) };
      const command = new ListTaskDefinitionFamiliesCommand(input);
      const page = await this.#api.call("ListTaskDefinitionFamilies", signal, (options) => this.#api.ecs.send(command, options));
      found.push(...(page.families ?? []));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return found;
  }
  async #list(familyPrefix: string, status: "ACTIVE" | "INACTIVE", signal: AbortSignal): Promise<readonly string[]> {
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const command = new ListTaskDefinitionsCommand({ familyPrefix, status, ...(nextToken !== undefined && { nextToken }) });
      const page = await this.#api.call("ListTaskDefinitions", signal, (options) => this.#api.ecs.send(command, options));
      found.push(...(page.taskDefinitionArns ?? []));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return found;
  }
}
/** Two that take the same one away: the second is told so. */
function ignoreRefusal(error: unknown): void {
  if (classifyEcsError(error)?.code !== "invalid-spec") throw error;
}
