import { randomUUID } from "node:crypto";
import {
  type Harness,
  type HarnessOpening,
  openOptions,
  outOfMemoryScript,
  type Route,
  shellProgram,
  wireAbilities,
} from "@longshore/conformance";
import { openRuntime, type Runtime } from "@longshore/core";
import { type CloudRunConfig, runtime as plugin } from "@longshore/cloud-run";
import { type CloudRunEmulator, type CloudRunEmulatorOptions, startCloudRunEmulator } from "@longshore/emulators";
import { processesWith } from "./processes.ts";
import { Bed, configOf, endpointOf, graceMs, image, project, type Transport } from "./kit.ts";

export interface CloudRunHarness extends Harness {
  readonly emulator: CloudRunEmulator;
  close(): Promise<void>;
}
const missing = "nobody/has-this:1";

/** Cloud Run as the emulator has it, with its programs as processes where nothing else is said. Over gRPC nothing stands between. */
export async function cloudRunHarness(transport: Transport, options: CloudRunEmulatorOptions = {}): Promise<CloudRunHarness> {
  const delays = { grace: graceMs, startup: 3000, ...options.delays };
  const emulator = await startCloudRunEmulator({ engine: "process", missingImages: [missing], ...options, delays });
  const bed = new Bed(emulator);
  const config = (through?: Route): CloudRunConfig =>
    configOf(through === undefined ? endpointOf(emulator, transport) : `http://127.0.0.1:${through.port}`, transport);
  const abilities = wireAbilities({
    plugin: { module: import.meta.resolve("@longshore/cloud-run") },
    config,
    backend: { port: Number(new URL(emulator.url).port) },
    listen: "port",
    // There are none: pages of logs are torn instead.
    isStream: ({ path }) => path.startsWith("/v2/entries:list"),
  });
  return {
    name: `cloud-run, ${transport}, ${emulator.engine}`,
    emulator,
    traits: plugin.traits,
    open: (opening: HarnessOpening): Promise<Runtime> => openRuntime(plugin.with(config(opening.through)), openOptions(opening)),
    program: (steps) => ({ image, command: ["sh", "-c", shellProgram(steps)] }),
    natives: (owner) => bed.natives(owner),
    alive: async (owner, id) => {
      const unended = (await bed.of(owner, id)).filter(({ completionTime }) => completionTime === undefined);
      return [...unended.map(({ name }) => name), ...processesWith(await bed.variables(owner, id))];
    },
    wipe: (owner) => bed.wipe(owner),
    options: [
      { vpc: { network: "default", egress: "all-traffic" } },
      { ingress: "internal" },
      { concurrency: 7 },
      { encryptionKey: "projects/p/locations/l/keyRings/r/cryptoKeys/k" },
      { executionEnvironment: "gen1" },
      { launchStage: "BETA" },
      { labels: { team: "blue" } },
    ],
    secrets: {
      dump: async (owner, id) => {
        const asked = emulator.journal.entries().map(({ operation, input }) => [operation, input]);
        return JSON.stringify([await bed.all(owner), await bed.of(owner, id), asked]);
      },
      resolves: false,
      put: async (value) => {
        const name = `projects/${project}/secrets/longshore-${randomUUID()}`;
        emulator.seedSecret(name, value);
        return name;
      },
    },
    bad: {
      image: { image: missing, command: ["true"] },
      command: { image, command: ["no-such-program"] },
      config: { image, command: ["true"], platform: "linux/s390x" },
    },
    graceOfStop: graceMs,
    services: {
      // The emulator's process engine gives each instance a port of its own. What serves nothing is a worker pool.
      service: (steps) => ({
        image,
        command: ["sh", "-c", `[ -z "$PORT" ] || export PORT_8080=$PORT\n${shellProgram(steps)}`],
        stopGraceMs: graceMs,
        ...(steps.some((step) => step.do === "serve") && { ports: [{ port: 8080 }] }),
      }),
      comesBackAnew: true,
      onlyCounted: true,
      kill: async () => {
        throw new Error("Cloud Run names no instance");
      },
    },
    ...(emulator.engine === "docker" && {
      // The least that Cloud Run has.
      outOfMemory: { image, command: ["sh", "-c", outOfMemoryScript], resources: { memory: "512Mi" } },
    }),
    // Cloud Logging keeps no empty lines.
    tells: { signals: true, streams: true, emptyLines: false },
    patienceMs: 60_000,
    close: () => emulator.close(),
    ...(transport === "rest" && abilities),
  };
}
