import { randomBytes } from "node:crypto";
import {
  type OpenOptions,
  openRuntime,
  type Owner,
  owner,
  type Runtime,
  type TaskSpec,
  type WorkloadId,
  workloadId,
} from "@longshore/core";
import { type AciCapabilities, type AciConfig, runtime as plugin } from "@longshore/aci";
import { type AciEmulator, type AciEmulatorOptions, startAciEmulator } from "@longshore/emulators";
import { Bed, bedOptions, configOf, image } from "./kit.ts";

interface Opening {
  readonly config?: Partial<AciConfig>;
  readonly open?: Omit<OpenOptions, "owner">;
}
/** An emulator, and a runtime on it, for one test. */
export class World implements AsyncDisposable {
  readonly emulator: AciEmulator;
  readonly bed: Bed;
  readonly owner: Owner;
  readonly runtime: Runtime<AciCapabilities>;
  readonly #others: Runtime[] = [];
  #ids = 0;

  private constructor(parts: Pick<World, "emulator" | "bed" | "owner" | "runtime">) {
    this.emulator = parts.emulator;
    this.bed = parts.bed;
    this.owner = parts.owner;
    this.runtime = parts.runtime;
  }
  static async open(options: AciEmulatorOptions = {}, { config = {}, open = {} }: Opening = {}): Promise<World> {
    const { delays, ...rest } = options;
    const emulator = await startAciEmulator({ ...bedOptions, ...rest, delays: { ...bedOptions.delays, ...delays } });
    const name = owner(`t${randomBytes(4).toString("hex")}`);
    try {
      const runtime = await openRuntime(plugin.with({ ...configOf(emulator.url), ...config }), { ...open, owner: name });
      return new World({ emulator, bed: new Bed(emulator), owner: name, runtime });
    } catch (error) {
      await emulator.close();
      throw error;
    }
  }
  /** Of the same owner, as another process would open it. */
  async another({ config = {}, open = {} }: Opening = {}): Promise<Runtime<AciCapabilities>> {
    const other = await openRuntime(plugin.with({ ...configOf(this.emulator.url), ...config }), { ...open, owner: this.owner });
    this.#others.push(other);
    return other;
  }
  id(): WorkloadId {
    return workloadId(`task-${++this.#ids}`);
  }
  task(script: string, more: Partial<TaskSpec> = {}): TaskSpec {
    return { kind: "task", id: this.id(), image, entrypoint: ["sh", "-c"], command: [script], ...more };
  }
  calls(operation: string): number {
    return this.emulator.journal.counts[`aci:${operation}`] ?? 0;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const runtime of [this.runtime, ...this.#others]) await runtime[Symbol.asyncDispose]();
    await this.emulator.close();
  }
}
export const textsOf = (records: readonly object[]): readonly string[] =>
  records.flatMap((record) => ("text" in record ? [String(record.text)] : []));
export const gapsOf = (records: readonly object[]): number => records.filter((record) => "gap" in record).length;
