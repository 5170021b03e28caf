import { scopeKey, type AwsScope } from "../aws-scope.ts";

/** A network interface that a task has. */
export interface NetworkInterface {
  /** `eni-` and 17 hexadecimal digits. */
  readonly id: string;
  readonly subnetId: string;
  readonly securityGroups: readonly string[];
  readonly privateAddress: string;
  /** Absent where the task was given none. */
  readonly publicAddress?: string;
  readonly macAddress: string;
  readonly description?: string;
}

/** The interfaces that are there now: whatever attaches one takes it away again. */
export class NetworkInterfaces {
  readonly #interfaces = new Map<string, Map<string, NetworkInterface>>();

  add(scope: AwsScope, one: NetworkInterface): void {
    const interfaces = this.#interfaces.get(scopeKey(scope)) ?? new Map<string, NetworkInterface>();
    this.#interfaces.set(scopeKey(scope), interfaces.set(one.id, one));
  }

  remove(scope: AwsScope, id: string): void {
    this.#interfaces.get(scopeKey(scope))?.delete(id);
  }

  list(scope: AwsScope): readonly NetworkInterface[] {
    return [...(this.#interfaces.get(scopeKey(scope))?.values() ?? [])];
  }
}
