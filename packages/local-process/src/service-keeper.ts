import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { announceChange } from "./announce-change.ts";
import { chooseStep, type Standing, type Step } from "./choose-step.ts";
import type { Attachable, Keeper, Means } from "./keeper.ts";
import type { Numbered } from "./numbered-records.ts";
import { isMissing, readRecord } from "./read-record.ts";
import { ServiceInstance } from "./service-instance.ts";
import {
  type InstanceRecord,
  needsKeeper,
  nextInstance,
  type Revision,
  serviceFiles,
  serviceKeepers,
  type ServiceOrder,
  serviceOrders,
  type ServiceRecord,
  serviceState,
  type ServiceStateRecord,
} from "./service-record.ts";
import type { Surroundings } from "./supervisor-messages.ts";
import { takeTurn } from "./take-turn.ts";

interface KeeperParts {
  readonly folder: string;
  readonly service: ServiceRecord;
  readonly means: Means;
  /** The number of its claim. */
  readonly claim: number;
}
type Standings = Standing & { readonly instance: ServiceInstance };
/** While the folder cannot be written, its disk being full for one. */
const againMs = 1_000;

/**
 * Keeps a service as its newest order wants it: looks at what there is, does the next thing, and waits for a change. Over when
 * it is stopped, or its folder gone, and nothing of it runs any more.
 */
export class ServiceKeeper implements Keeper {
  readonly over: Promise<void>;
  readonly #parts: KeeperParts;
  #instances: readonly ServiceInstance[] = [];
  #next: number;
  #order: Numbered<ServiceOrder>;
  /** The order by which the instances were told to leave. */
  #stoppedBy = 0;
  #change = Promise.withResolvers<void>();
  #written = "";
  /** Folders of secrets that were in use once. */
  readonly #secrets = new Set<string>();

  private constructor(parts: KeeperParts, order: Numbered<ServiceOrder>) {
    this.#parts = parts;
    this.#order = order;
    this.#next = nextInstance(parts.folder);
    this.#adopt();
    this.over = this.#keep();
  }
  /** Undefined where another keeps it, or nothing is to be done. */
  static begin(folder: string, means: Means): ServiceKeeper | undefined {
    const service = readRecord<ServiceRecord>(join(folder, serviceFiles.service));
    if (service === undefined || !needsKeeper(folder)) return undefined;
    const claim = takeTurn(serviceKeepers(folder), means.me);
    const order = claim === undefined ? undefined : serviceOrders(folder).newest();
    return claim === undefined || order === undefined ? undefined : new ServiceKeeper({ folder, service, means, claim }, order);
  }
  look(): void {
    this.#change.resolve();
  }
  surroundings(instance: string | undefined): Surroundings | undefined {
    return this.#running(instance)?.surroundings;
  }
  attachable(instance: string | undefined): Attachable | undefined {
    return this.#running(instance)?.attachable;
  }
  #running(name: string | undefined): ServiceInstance | undefined {
    const all = this.#instances.filter(({ parts }) => name === undefined || parts.name === name);
    return all.find(({ surroundings }) => surroundings !== undefined);
  }
  /** What an earlier supervisor kept: what is wanted still is begun anew under its name, the rest only has to be gone. */
  #adopt(): void {
    const { wanted, before, stopped } = this.#order.value;
    for (const known of serviceState(this.#parts.folder)?.instances ?? []) {
      const revision = [wanted, before].find((one) => one?.generation === known.generation);
      const leaves = revision === undefined || known.leaving === true || stopped !== undefined;
      if (known.phase === "exited" && leaves && stopped === undefined) continue;
      const { specHash, generation, name } = known;
      const instance = this.#make(name, revision ?? { ...wanted, specHash, generation }, known);
      if (leaves) void instance.leave({ drainMs: 0, graceMs: 0 });
    }
  }
  #make(name: string, revision: Revision, before?: InstanceRecord): ServiceInstance {
    const { folder, service, means } = this.#parts;
    if (revision.secrets !== undefined) this.#secrets.add(revision.secrets);
    const tell = (): void => this.#change.resolve();
    const known = before === undefined ? {} : { before };
    const instance = new ServiceInstance({ name, folder, service, revision, means, tell, ...known });
    this.#instances = [...this.#instances, instance];
    return instance;
  }
  async #keep(): Promise<void> {
    for (;;) {
      this.#change = Promise.withResolvers();
      const next = this.#turn();
      if (next === "vanished") return this.#vanish();
      if (next === "over") return this.#release();
      await this.#rest(next);
    }
  }
  /** Until when to wait for a change, if for anything else. What fails passes, or is mended by somebody: it is tried again. */
  #turn(): "vanished" | "over" | number | undefined {
    try {
      const order = serviceOrders(this.#parts.folder).newest();
      if (order === undefined) return "vanished";
      this.#order = order;
      const { stopped } = order.value;
      if (stopped === undefined) this.#go(order.value);
      else this.#stop(stopped);
      this.#write();
      return stopped !== undefined && this.#instances.every(({ gone }) => gone) ? "over" : this.#nextDeadline();
    } catch (error) {
      console.error(error);
      return againMs;
    }
  }
  /** The folder was taken away from under it. */
  async #vanish(): Promise<void> {
    await Promise.all(this.#instances.map((one) => one.leave({ drainMs: 0, graceMs: 0 })));
  }
  #stop(patience: NonNullable<ServiceOrder["stopped"]>): void {
    if (this.#stoppedBy === this.#order.number) return;
    this.#stoppedBy = this.#order.number;
    for (const one of this.#instances) if (!one.gone) void one.leave(patience);
  }
  #go({ wanted, before }: ServiceOrder): void {
    const { replicas = 1, rolling = true } = wanted.request.service ?? {};
    const aim = { generation: wanted.generation, replicas, rolling, canTakeBack: before !== undefined };
    let more = true;
    while (more) {
      this.#instances = this.#instances.filter(({ gone, leaving }) => !(gone && leaving));
      more = this.#take(chooseStep(this.#instances.map(standing), aim));
    }
  }
  /** Whether there may be more to do. */
  #take(step: Step<Standings>): boolean {
    const { wanted } = this.#order.value;
    switch (step.do) {
      case "wait":
        return false;
      case "settled":
        this.#settled();
        return false;
      case "add":
        for (let count = 0; count < step.count; count++) this.#make(String(this.#next++), wanted);
        return true;
      case "leave":
        for (const { instance } of step.which) void instance.leave(patienceOf(instance));
        return true;
      case "take-back":
        this.#takeBack(step.because.instance);
        return false;
    }
  }
  /** From here on nobody goes back. */
  #settled(): void {
    const { number, value } = this.#order;
    const { before, ...rest } = value;
    if (before === undefined) return;
    this.#follow(number, rest);
    const [held, { folder }] = [value.wanted.secrets, this.#parts];
    for (const each of this.#secrets) {
      if (each !== held) rmSync(join(folder, serviceFiles.secrets, each), { recursive: true, force: true });
    }
  }
  #takeBack({ parts: { name, revision }, trouble }: ServiceInstance): void {
    const { number, value } = this.#order;
    const { before, wanted } = value;
    if (before === undefined) return;
    const detail = `instance ${name} was not ready within ${revision.request.service?.readyMs ?? 0} ms: ${trouble}`;
    this.#follow(number, { wanted: before, failure: { generation: wanted.generation, detail } });
  }
  /** Where another was first, its order holds. */
  #follow(number: number, order: ServiceOrder): void {
    serviceOrders(this.#parts.folder).follow(number, order);
    announceChange(this.#parts.folder);
    this.#change.resolve();
  }
  #write(): void {
    const { folder, claim } = this.#parts;
    const instances = this.#instances.map(({ record }) => record);
    const text = JSON.stringify({ order: this.#order.number, claim, instances } satisfies ServiceStateRecord);
    if (text === this.#written) return;
    const [path, aside] = [join(folder, serviceFiles.state), join(folder, `.${serviceFiles.state}`)];
    writeFileSync(aside, text, { mode: 0o600 });
    renameSync(aside, path);
    this.#written = text;
    announceChange(folder);
  }
  #release(): void {
    try {
      serviceKeepers(this.#parts.folder).follow(this.#parts.claim, { ...this.#parts.means.me, released: true });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  /** When somebody has had the time to become ready. */
  #nextDeadline(): number | undefined {
    if (this.#order.value.before === undefined) return undefined;
    const left = this.#instances.flatMap((one) => (one.ready || one.leaving ? [] : [dueIn(one)]));
    const due = left.filter((ms) => ms > 0);
    return due.length === 0 ? undefined : Math.min(...due);
  }
  async #rest(longestMs: number | undefined): Promise<void> {
    if (longestMs === undefined) return this.#change.promise;
    const woken = new AbortController();
    const timer = pause(longestMs + 1, undefined, { signal: woken.signal, ref: false }).catch(() => {});
    await Promise.race([this.#change.promise, timer]);
    woken.abort();
  }
}

const dueIn = ({ bornAt, parts: { revision } }: ServiceInstance): number =>
  bornAt + (revision.request.service?.readyMs ?? 0) - performance.now();
const standing = (instance: ServiceInstance): Standings => {
  const { ready, leaving, gone, parts } = instance;
  return { instance, ready, leaving, gone, generation: parts.revision.generation, overdue: dueIn(instance) <= 0 };
};
const patienceOf = ({ parts: { revision } }: ServiceInstance): { readonly drainMs: number; readonly graceMs: number } => ({
  drainMs: revision.request.service?.drainMs ?? 0,
  graceMs: revision.request.graceMs,
});
