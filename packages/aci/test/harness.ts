import { type Harness, type HarnessOpening, openOptions, type Route, shellProgram, wireAbilities } from "@longshore/conformance";
import { memoryStore, openRuntime, type Owner, type Runtime, type Store } from "@longshore/core";
import { type AciConfig, runtime as plugin } from "@longshore/aci";
import { type AciEmulatorOptions, startAciEmulator } from "@longshore/emulators";
import { Bed, bedOptions, configOf, image, onlyLines } from "./kit.ts";

export interface AciHarness extends Harness {
  readonly emulator: Awaited<ReturnType<typeof startAciEmulator>>;
  close(): Promise<void>;
}
const missing = "nobody/has-this:1";
/** Of what a program writes at its very end only the last 16 KB are kept: it stays until somebody has read the rest. */
const lingering = (script: string): string => script.replace(/exit 0$/, "sleep 0.5\nexit 0");

/** Container Instances as the emulator has them, with programs as processes where nothing else is said. */
export async function aciHarness(options: AciEmulatorOptions = {}): Promise<AciHarness> {
  const emulator = await startAciEmulator({ ...bedOptions, missingImages: [missing], ...options });
  const bed = new Bed(emulator);
  const config = (through?: Route): AciConfig =>
    configOf(through === undefined ? emulator.url : `http://127.0.0.1:${through.port}`);
  const abilities = wireAbilities({
    plugin: { module: import.meta.resolve("@longshore/aci") },
    config,
    backend: { port: Number(new URL(emulator.url).port) },
    listen: "port",
    // There are none but sockets: answers with logs are torn instead.
    isStream: ({ path }) => path.includes("/logs?"),
  });
  const stores = new Map<Owner, Store>();
  /** Of one host: what it has captured of an owner's logs all of its runtimes know. */
  const storeOf = (owner: Owner): Store => {
    const known = stores.get(owner) ?? onlyLines(memoryStore());
    stores.set(owner, known);
    return known;
  };
  return {
    name: `aci, ${emulator.engine}`,
    emulator,
    traits: plugin.traits,
    open: (opening: HarnessOpening): Promise<Runtime> =>
      openRuntime(plugin.with(config(opening.through)), { store: storeOf(opening.owner), ...openOptions(opening) }),
    program: (steps) => ({ image, entrypoint: ["sh", "-c"], command: [lingering(shellProgram(steps))] }),
    natives: async (owner) => (await bed.groups(owner)).map(({ id }) => id!),
    alive: (owner, id) => bed.running(owner, id),
    wipe: (owner) => bed.wipe(owner),
    options: [{ dnsNameLabel: "some-name" }, { zone: "2" }, { tags: { team: "blue" } }],
    bad: {
      image: { image: missing, entrypoint: ["true"] },
      command: { image, entrypoint: ["no-such-program"] },
      config: { image, entrypoint: ["true"], platform: "windows/amd64" },
    },
    secrets: {
      dump: async (owner, id) => {
        const groups = await Promise.all((await bed.groups(owner, id)).map(({ name }) => bed.get(name!)));
        return JSON.stringify(groups);
      },
    },
    services: {
      service: (steps) => ({ image, entrypoint: ["sh", "-c"], command: [shellProgram(steps)], ports: [{ port: 8080 }] }),
      kill: (owner, id, instance) => bed.kill(owner, id, instance),
    },
    // They do not tell how long a program had.
    graceOfStop: 0,
    sessions: emulator.engine === "docker" ? ["exec", "terminal", "attach"] : ["exec", "attach"],
    // Container Instances tell of 137 alone whether it was an exit or a signal, and give both streams as one.
    tells: { signals: false, streams: false },
    patienceMs: 60_000,
    close: () => emulator.close(),
    ...abilities,
  };
}
