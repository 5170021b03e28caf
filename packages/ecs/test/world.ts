import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { openRuntime, type Owner, owner, type Runtime, type TaskSpec, type WorkloadId, workloadId } from "@longshore/core";
import { type EcsCapabilities, type EcsConfig, runtime as plugin } from "@longshore/ecs";
import { type EcsEmulator, type EcsEmulatorOptions, startEcsEmulator } from "@longshore/emulators";
import { Bed, configOf, image } from "./kit.ts";

/** An emulator, and a runtime on it, for one test. */
export class World implements AsyncDisposable {
  readonly emulator: EcsEmulator;
  readonly bed: Bed;
  readonly owner: Owner;
  readonly runtime: Runtime<EcsCapabilities>;
  readonly #folders: string[] = [];
  #ids = 0;

  private constructor(parts: Pick<World, "emulator" | "bed" | "owner" | "runtime">) {
    this.emulator = parts.emulator;
    this.bed = parts.bed;
    this.owner = parts.owner;
    this.runtime = parts.runtime;
  }
  static async open(options: EcsEmulatorOptions = {}, config: Partial<EcsConfig> = {}): Promise<World> {
    const emulator = await startEcsEmulator({ engine: "process", ...options });
    const bed = await Bed.on(emulator);
    const name = owner(`t${randomBytes(4).toString("hex")}`);
    const runtime = await openRuntime(plugin.with({ ...configOf(emulator.url), ...config }), { owner: name });
    return new World({ emulator, bed, owner: name, runtime });
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
  /** A folder that has these programs of the machine, and no others. */
  async programs(names: readonly string[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "programs-"));
    this.#folders.push(folder);
    const places = (process.env["PATH"] ?? "").split(delimiter);
    for (const name of names) {
      const found = places.map((place) => join(place, name)).find((path) => existsSync(path));
      if (found !== undefined) await symlink(found, join(folder, name));
    }
    return folder;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#folders) await rm(folder, { recursive: true, force: true });
    await this.runtime[Symbol.asyncDispose]();
    this.bed.close();
    await this.emulator.close();
  }
}
export const textsOf = (records: readonly object[]): readonly string[] =>
  records.flatMap((record) => ("text" in record ? [String(record.text)] : []));
