import { randomBytes } from "node:crypto";
import { openRuntime, type Owner, owner, type Runtime, type TaskSpec, type WorkloadId, workloadId } from "@longshore/core";
import { type CloudRunCapabilities, type CloudRunConfig, runtime as plugin } from "@longshore/cloud-run";
import { type CloudRunEmulator, type CloudRunEmulatorOptions, startCloudRunEmulator } from "@longshore/emulators";
import { Bed, configOf, endpointOf, graceMs, image } from "./kit.ts";

/** An emulator, and a runtime on it, for one test. Over gRPC, as it is by default. */
export class World implements AsyncDisposable {
  readonly emulator: CloudRunEmulator;
  readonly bed: Bed;
  readonly owner: Owner;
  readonly runtime: Runtime<CloudRunCapabilities>;
  #ids = 0;

  private constructor(parts: Pick<World, "emulator" | "bed" | "owner" | "runtime">) {
    this.emulator = parts.emulator;
    this.bed = parts.bed;
    this.owner = parts.owner;
    this.runtime = parts.runtime;
  }
  static async open(options: CloudRunEmulatorOptions = {}, config: Partial<CloudRunConfig> = {}): Promise<World> {
    const delays = { grace: graceMs, ...options.delays };
    const emulator = await startCloudRunEmulator({ engine: "process", ...options, delays });
    const name = owner(`t${randomBytes(4).toString("hex")}`);
    const { transport = "grpc" } = config;
    const whole = { ...configOf(endpointOf(emulator, transport), transport), ...config };
    const runtime = await openRuntime(plugin.with(whole), { owner: name });
    return new World({ emulator, bed: new Bed(emulator), owner: name, runtime });
  }
  id(): WorkloadId {
    return workloadId(`task-${++this.#ids}`);
  }
  task(script: string, more: Partial<TaskSpec> = {}): TaskSpec {
    return { kind: "task", id: this.id(), image, command: ["sh", "-c", script], ...more };
  }
  /** The inputs of an operation, as they came. */
  sent<Input>(operation: string): readonly Input[] {
    return this.emulator.journal.entries(operation).map(({ input }) => input as Input);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.runtime[Symbol.asyncDispose]();
    await this.emulator.close();
  }
}
export const textsOf = (records: readonly object[]): readonly string[] =>
  records.flatMap((record) => ("text" in record ? [String(record.text)] : []));
