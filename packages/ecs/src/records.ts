import { createHash } from "node:crypto";
import type { Owner, WorkloadId } from "@longshore/core";
import { neverAborted, orAbort, sleep } from "@longshore/core/driver";
import { errorName } from "./classify-ecs-error.ts";
import type { LogGroup } from "./log-group.ts";

/** What says that an id exists: a log stream, named by all that is to be known of it. */
export interface Record {
  readonly id: WorkloadId;
  readonly kind: "task" | "service";
  readonly family: string;
  readonly specHash: string;
  /** Milliseconds since 1970, by CloudWatch's clock: two records of one id, one after the other, differ in it. */
  readonly createdAt: number;
  /** The stream's name. */
  readonly name: string;
}
export type RecordName = Pick<Record, "id" | "kind" | "family" | "specHash">;

const root = "record";
/** Neither `:` nor `*` may be in a stream's name (CreateLogStream). */
const encodeHash = (hash: string): string => hash.replaceAll(":", ".");
const decodeHash = (text: string): string => text.replaceAll(".", ":");

export const recordName = (owner: Owner, { id, kind, family, specHash }: RecordName): string =>
  `${root}/${owner}/${id}/${kind}/${family}/${encodeHash(specHash)}`;

function readRecord(name: string, createdAt: number): Record | undefined {
  const [, , id, kind, family, hash] = name.split("/");
  if ((kind !== "task" && kind !== "service") || id === undefined || family === undefined || hash === undefined) return undefined;
  return { id: id as WorkloadId, kind, family, specHash: decodeHash(hash), createdAt, name };
}

/** The name that RunTask and CreateService are idempotent by: of this record alone, so that an id that was removed is another one. */
export const tokenOf = (owner: Owner, { id, createdAt }: Pick<Record, "id" | "createdAt">): string =>
  createHash("sha256").update(`${owner}/${id}/${createdAt}`).digest("hex");
/** What a task bears of its record: `startedBy` says the id, this the rest. */
export const groupOf = ({ createdAt, specHash }: Pick<Record, "createdAt" | "specHash">): string =>
  `longshore:${createdAt}:${specHash}`;

/** Removals within this time are one listing. */
const gatherMs = 20;
/** More ids than this are looked for among all of the owner's. */
const fewIds = 3;

/**
 * ECS forgets a stopped task after an hour or so and its tags at once, and it cannot be told to forget one. So what exists is
 * written down beside the logs: the first to make the stream has made the record, and deleting it removes the id.
 */
export class Records {
  readonly #group: LogGroup;
  readonly #owner: Owner;
  #listing: Promise<readonly Record[]> | undefined;

  constructor(group: LogGroup, owner: Owner) {
    this.#group = group;
    this.#owner = owner;
  }
  /** Makes the log group where it is missing. What is there already is no error. */
  async create(record: RecordName, signal: AbortSignal): Promise<void> {
    const name = recordName(this.#owner, record);
    try {
      await this.#group.createStream(name, signal);
    } catch (error) {
      if (errorName(error) === "ResourceAlreadyExistsException") return;
      if (errorName(error) !== "ResourceNotFoundException") throw error;
      await this.#group.create(signal);
      await this.create(record, signal);
    }
  }
  /** The one that counts where two specs were started under one id at once: the first. */
  async find(id: WorkloadId, signal: AbortSignal): Promise<Record | undefined> {
    return (await this.of([id], signal)).get(id);
  }
  async of(ids: readonly WorkloadId[], signal: AbortSignal): Promise<ReadonlyMap<WorkloadId, Record>> {
    const found = new Map<WorkloadId, Record>();
    const take = (record: Record): void => {
      const known = found.get(record.id);
      if (known === undefined || isBefore(record, known)) found.set(record.id, record);
    };
    const prefixes = ids.length > fewIds ? [""] : ids.map((id) => `${id}/`);
    for (const prefix of prefixes) for await (const record of this.all(signal, prefix)) take(record);
    const asked = new Set(ids);
    return new Map([...found].filter(([id]) => asked.has(id)));
  }
  /** All of the owner's whose name goes on so. */
  async *all(signal: AbortSignal, prefix = ""): AsyncGenerator<Record, void, void> {
    for await (const { logStreamName = "", creationTime = 0 } of this.#group.streams(
      `${root}/${this.#owner}/${prefix}`,
      signal,
    )) {
      const record = readRecord(logStreamName, creationTime);
      if (record !== undefined) yield record;
    }
  }
  async delete(record: Record, signal: AbortSignal): Promise<void> {
    await this.#group.deleteStream(record.name, signal);
  }
  /** Writes down what ECS forgets: by which task it was run. Nothing where the record was deleted. */
  async note(record: Record, taskArn: string, signal: AbortSignal): Promise<void> {
    await this.#group.put(record.name, taskArn, signal);
  }
  async noted({ name: logStreamName }: Record, signal: AbortSignal): Promise<string | undefined> {
    let nextToken: string | undefined;
    for (;;) {
      const token = nextToken === undefined ? {} : { nextToken };
      const page = await this.#group.events({ logStreamName, startFromHead: true, ...token }, signal);
      const [first] = page?.events ?? [];
      // An empty page is not yet the end: that is where the same token comes back.
      if (first?.message !== undefined || page?.nextForwardToken === nextToken) return first?.message;
      nextToken = page?.nextForwardToken;
    }
  }
  /** All of the owner's, listed after this call: once for all who ask before the listing begins. */
  async snapshot(signal: AbortSignal): Promise<readonly Record[]> {
    this.#listing ??= sleep(gatherMs, neverAborted()).then(() => {
      this.#listing = undefined;
      return Array.fromAsync(this.all(neverAborted()));
    });
    const listing = this.#listing;
    return orAbort(signal, () => listing);
  }
}
const isBefore = (one: Record, other: Record): boolean =>
  one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.name < other.name);
