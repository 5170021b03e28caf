import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { ArmError, toArmError } from "./arm-error.ts";

export interface AsyncPlan {
  /** `/subscriptions/…`: of what it is done to. */
  readonly resourceId: string;
  readonly subscription: string;
  readonly location: string;
  /** How far it is, as long as it lasts. */
  readonly progress: () => string;
  /** A rejection is what it fails with. */
  readonly work: Promise<unknown>;
}

interface AsyncRecord extends AsyncPlan {
  readonly id: string;
  readonly startedAt: number;
  endedAt?: number;
  error?: ArmError;
}

/** Of those that have ended; the oldest are forgotten first. */
const mostKept = 10_000;

/** What is asked for now and done later: the resources that `Azure-AsyncOperation` points to. */
export class AsyncOperations {
  readonly #clock: Clock;
  readonly #apiVersion: string;
  readonly #records = new Map<string, AsyncRecord>();

  constructor(clock: Clock, apiVersion: string) {
    this.#clock = clock;
    this.#apiVersion = apiVersion;
  }

  /** @returns the header that tells where its end can be waited for. */
  start(plan: AsyncPlan, origin: string): { readonly "azure-asyncoperation": string } {
    const { subscription, location, work } = plan;
    const record: AsyncRecord = { ...plan, id: randomUUID(), startedAt: this.#clock.now() };
    const end = (error?: unknown): void => {
      record.endedAt = this.#clock.now();
      if (error !== undefined) record.error = toArmError(error);
    };
    work.then(() => end(), end);
    this.#records.set(record.id, record);
    this.#forgetOldest();
    const place = `/subscriptions/${subscription}/providers/Microsoft.ContainerInstance/locations/${location}`;
    return { "azure-asyncoperation": `${origin}${place}/operations/${record.id}?api-version=${this.#apiVersion}` };
  }

  /** How it stands. @throws {@link ArmError} where there is none of that name. */
  describe({ subscriptionId, location, operationId }: Readonly<Record<string, string>>): object {
    const record = this.#records.get(operationId?.toLowerCase() ?? "");
    const isThere = record?.subscription.toLowerCase() === subscriptionId?.toLowerCase() && record?.location === location;
    if (!record || !isThere)
      throw new ArmError(404, "OperationNotFound", `The operation '${operationId}' in '${location}' was not found.`);
    const { id, resourceId, startedAt, endedAt, error, progress } = record;
    const told = error && { error: { code: error.code, message: error.message } };
    return {
      id: resourceId,
      name: id,
      status: endedAt === undefined ? progress() : error ? "Failed" : "Succeeded",
      startTime: new Date(startedAt).toISOString(),
      ...(endedAt !== undefined && { endTime: new Date(endedAt).toISOString() }),
      ...told,
    };
  }

  #forgetOldest(): void {
    let tooMany = this.#records.size - mostKept;
    for (const { id, endedAt } of this.#records.values()) {
      if (tooMany <= 0) return;
      if (endedAt !== undefined && this.#records.delete(id)) tooMany--;
    }
  }
}
