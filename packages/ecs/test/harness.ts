import { randomUUID } from "node:crypto";
import { type Harness, type HarnessOpening, openOptions, type Route, shellProgram, wireAbilities } from "@longshore/conformance";
import { openRuntime, type Runtime } from "@longshore/core";
import { type EcsConfig, runtime as plugin } from "@longshore/ecs";
import { type EcsEmulatorOptions, startEcsEmulator } from "@longshore/emulators";
import { Bed, configOf, image, killContainer } from "./kit.ts";

export interface EcsHarness extends Harness {
  readonly emulator: Awaited<ReturnType<typeof startEcsEmulator>>;
  close(): Promise<void>;
}

const missing = "nobody/has-this:1";

/** ECS as the emulator has it, with its programs as processes where nothing else is said. */
export async function ecsHarness(options: EcsEmulatorOptions = {}): Promise<EcsHarness> {
  const emulator = await startEcsEmulator({ engine: "process", missingImages: [missing], ...options });
  const bed = await Bed.on(emulator);
  const config = (through?: Route): EcsConfig =>
    configOf(through === undefined ? emulator.url : `http://127.0.0.1:${through.port}`);
  const abilities = wireAbilities({
    plugin: { module: import.meta.resolve("@longshore/ecs") },
    config,
    backend: { port: Number(new URL(emulator.url).port) },
    listen: "port",
    // There are none: pages of logs are torn instead.
    isStream: ({ headers }) => String(headers["x-amz-target"]).endsWith(".GetLogEvents"),
  });
  return {
    name: `ecs, ${emulator.engine}`,
    emulator,
    traits: plugin.traits,
    open: (opening: HarnessOpening): Promise<Runtime> => openRuntime(plugin.with(config(opening.through)), openOptions(opening)),
    program: (steps) => ({ image, command: ["sh", "-c", shellProgram(steps)], options: { ecs: { executeCommand: true } } }),
    // A process has no terminal.
    sessions: emulator.engine === "docker" ? ["exec", "terminal"] : ["exec"],
    natives: (owner) => bed.natives(owner),
    alive: async (owner, id) => (await bed.running(owner, id)).map(({ taskArn }) => taskArn!),
    runs: async (owner, id) => (await bed.tasks()).filter(({ startedBy }) => startedBy === `longshore/${owner}/${id}`).length,
    wipe: (owner) => bed.wipe(owner),
    options: [
      { subnets: ["subnet-00000000000000001"] },
      { securityGroups: ["sg-00000000000000001"] },
      { publicAddress: true },
      { capacityProviders: ["some-provider"] },
      { executeCommand: false },
      { platformVersion: "1.4.0" },
      { tags: { team: "blue" } },
    ],
    secrets: {
      dump: async (owner, id) =>
        JSON.stringify([await bed.told(owner, id), emulator.journal.entries().map(({ operation, input }) => [operation, input])]),
      resolves: false,
      put: async (value) => {
        const arn = `arn:aws:secretsmanager:eu-west-3:123456789012:secret:${randomUUID()}`;
        emulator.seedSecret(arn, value);
        return arn;
      },
    },
    bad: {
      image: { image: missing, command: ["true"] },
      command: { image, command: ["no-such-program"] },
      config: { image, command: ["true"], platform: "linux/s390x" },
    },
    graceOfStop: "spec",
    services: {
      // Process 1 ignores what it does not handle: the programs have another one above them.
      service: (steps) => ({ image, command: ["sh", "-c", shellProgram(steps)], init: true, ports: [{ port: 8080 }] }),
      comesBackAnew: true,
      kill: (_owner, _id, instance) => killContainer(instance),
    },
    // ECS tells of 137 alone whether it was an exit or a signal, and its log driver gives both streams as one, without empty lines.
    tells: { signals: false, streams: false, emptyLines: false },
    patienceMs: 60_000,
    close: async () => {
      bed.close();
      await emulator.close();
    },
    ...abilities,
  };
}
