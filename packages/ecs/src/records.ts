import { createHash } from "node:crypto";
import type { Owner, WorkloadId } from "@longshore/core";
import { gather } from "@longshore/core/driver";
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

/** Who asks within this time asks with one call. */
const gatherMs = 10;
/** A page of DescribeLogStreams has so many (API reference). */
const pageSize = 50;

/**
 * ECS forgets a stopped task after an hour or so and its tags at once, and it cannot be told to forget one. So what exists is
 * written down beside the logs: the first to make the stream has made the record, and deleting it removes the id.
 */
export class Records {
  readonly #group: LogGroup;
  readonly #owner: Owner;
  readonly #under: (id: WorkloadId, signal: AbortSignal) => Promise<readonly Record[] | undefined>;
  readonly #everything: (key: "all", signal: AbortSignal) => Promise<readonly Record[] | undefined>;
  /** How many there were when all were listed last. */
  #count = 0;

  constructor(group: LogGroup, owner: Owner) {
    this.#group = group;
    this.#owner = owner;
    this.#under = gather(gatherMs, (ids, shared) => this.#search(ids, shared));
    const listing = async (_: unknown, shared: AbortSignal) =>
      new Map([["all", await Array.fromAsync(this.all(shared))]] as const);
    // Of a thousand removals each ends with one, some moments after the one before: a listing for each would be a thousand times twenty pages.
    this.#everything = gather(gatherMs, listing, { oneAtATime: true });
  }
  /** Makes the log group where it is missing. False where the record was there. */
  async create(record: RecordName, signal: AbortSignal): Promise<boolean> {
    const name = recordName(this.#owner, record);
    try {
      await this.#group.createStream(name, signal);
      return true;
    } catch (error) {
      if (errorName(error) === "ResourceAlreadyExistsException") return false;
      if (errorName(error) !== "ResourceNotFoundException") throw error;
      await this.#group.create(signal);
      return this.create(record, signal);
    }
  }
  /** Those of an id, the one that counts first: two specs may have been started under it at once. */
  async under(id: WorkloadId, signal: AbortSignal): Promise<readonly Record[]> {
    return (await this.#under(id, signal)) ?? [];
  }
  async find(id: WorkloadId, signal: AbortSignal): Promise<Record | undefined> {
    return (await this.under(id, signal))[0];
  }
  async of(ids: readonly WorkloadId[], signal: AbortSignal): Promise<ReadonlyMap<WorkloadId, Record>> {
    const found = await Promise.all(ids.map(async (id) => [id, await this.find(id, signal)] as const));
    return new Map(found.flatMap(([id, record]) => (record === undefined ? [] : [[id, record]])));
  }
  /** All of the owner's whose name goes on so. */
  async *all(signal: AbortSignal, prefix = ""): AsyncGenerator<Record, void, void> {
    let count = 0;
    for await (const { logStreamName = "", creationTime = 0 } of this.#group.streams(
      `${root}/${this.#owner}/${prefix}`,
      signal,
    )) {
      const record = readRecord(logStreamName, creationTime);
      if (record === undefined) continue;
      count++;
      yield record;
    }
    if (prefix === "") this.#count = count;
  }
  /** All of the owner's, listed after this call. */
  async snapshot(signal: AbortSignal): Promise<readonly Record[]> {
    return (await this.#everything("all", signal)) ?? [];
  }
  /** One by one, or by a listing of all where that takes fewer calls. */
  async #search(ids: readonly WorkloadId[], signal: AbortSignal): Promise<ReadonlyMap<WorkloadId, readonly Record[]>> {
    const prefixes = ids.length > Math.ceil(this.#count / pageSize) + 1 ? [""] : ids.map((id) => `${id}/`);
    const lists = await Promise.all(prefixes.map((prefix) => Array.fromAsync(this.all(signal, prefix))));
    return new Map(Map.groupBy(lists.flat().toSorted(byAge), ({ id }) => id));
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
}
const byAge = (one: Record, other: Record): number => one.createdAt - other.createdAt || (one.name < other.name ? -1 : 1);
