import {
  type Harness,
  type HarnessOpening,
  openOptions,
  outOfMemoryScript,
  type Route,
  shellProgram,
  wireAbilities,
} from "@longshore/conformance";
import { openRuntime, type Owner, type Runtime, type WorkloadId } from "@longshore/core";
import { runtime as plugin } from "@longshore/docker";
import { cleanUp, image, killFromOutside, native } from "./kit.ts";

/** A start that was cut off is taken over after this long: as short as a loaded machine allows, since tests wait for it. */
const startLeaseMs = 1500;
const configOf = (through?: Route): { readonly host?: string; readonly startLeaseMs: number } => {
  if (through === undefined) return { startLeaseMs };
  const { socketPath, port } = through;
  return { startLeaseMs, host: socketPath === undefined ? `tcp://127.0.0.1:${port}` : `unix://${socketPath}` };
};
const lines = (text: string): readonly string[] => text.split("\n").filter(Boolean);
const ours = (owner: Owner, id?: WorkloadId): readonly string[] => [
  ...["--filter", `label=longshore.owner=${owner}`],
  ...(id === undefined ? [] : ["--filter", `label=longshore.id=${id}`]),
];

/** What the engine shows of containers, volumes and processes to whoever may use it. */
async function dump(owner: Owner, id: WorkloadId): Promise<string> {
  const [containers, volumes] = await Promise.all([
    native("ps", "-aq", ...ours(owner, id)).then(lines),
    native("volume", "ls", "-q", ...ours(owner, id)).then(lines),
  ]);
  const shown = await Promise.all([
    ...containers.map((name) => native("inspect", name)),
    ...containers.map((name) => native("top", name, "-ef").catch(() => "")),
    ...volumes.map((name) => native("volume", "inspect", name)),
    native("events", "--since", "2m", "--until", String(Date.now() / 1000), ...ours(owner).slice(0, 2)),
  ]);
  return shown.join("\n");
}

/** Containers of one engine, seen with the engine's own client. */
export function dockerHarness(): Harness {
  const abilities = wireAbilities({
    plugin: { module: import.meta.resolve("@longshore/docker") },
    config: configOf,
    backend: { socketPath: "/var/run/docker.sock" },
    isStream: ({ path }) => /\/(logs|events)\?/.test(path),
  });
  return {
    name: "docker",
    traits: plugin.traits,
    open: (opening: HarnessOpening): Promise<Runtime> =>
      openRuntime(plugin.with(configOf(opening.through)), openOptions(opening)),
    // Process 1 cannot kill itself: a program that does needs an init above it.
    program: (steps) => ({
      image,
      command: ["sh", "-c", shellProgram(steps)],
      ...(steps.some((step) => step.do === "die") && { init: true }),
    }),
    async natives(owner) {
      const [containers, volumes] = await Promise.all([
        native("ps", "-a", ...ours(owner), "--format", "container {{.Names}}"),
        native("volume", "ls", ...ours(owner), "--format", "volume {{.Name}}"),
      ]);
      return [...lines(containers), ...lines(volumes)];
    },
    alive: async (owner, id) => lines(await native("ps", ...ours(owner, id), "--format", "{{.Names}}")),
    secrets: { dump },
    sessions: ["exec", "terminal", "attach", "input", "stats"],
    copying: { spec: {}, path: "/tmp" },
    services: {
      service: (steps) => ({
        image,
        // On a loaded machine a client may need as long between asking for an endpoint and being connected to it.
        drainMs: 1000,
        // A shell as process 1 would not end on TERM.
        ...(steps.some((step) => step.do === "serve") && { init: true }),
        command: ["sh", "-c", shellProgram(steps)],
        ports: steps.flatMap((step) => (step.do === "serve" ? [{ port: step.port }] : [])),
      }),
      kill: async (_owner, _id, instance) => killFromOutside(instance),
    },
    options: [
      { network: "some" },
      { networks: ["some", "other"] },
      { network: "some", networkAliases: ["alias"] },
      { extraHosts: ["some:10.0.0.1"] },
      { dns: ["10.0.0.1"] },
      { publishOn: "0.0.0.0" },
      { shmSize: "64Mi" },
      { ulimits: { nofile: { soft: 1024 } } },
      { tmpfs: { "/scratch": "size=16m" } },
      { devices: ["/dev/null:/dev/nothing:r"] },
      { healthcheck: { command: ["true"] } },
    ],
    wipe: cleanUp,
    bad: {
      image: { image: "127.0.0.1:9/missing:1", pullPolicy: "never", command: ["true"] },
      command: { image, command: ["no-such-program"] },
      config: { image, command: ["true"], resources: { ephemeralStorage: "1Gi" } },
    },
    // The engine tells of 137 alone whether it was an exit or a signal.
    // An engine that hundreds of containers keep busy takes its time.
    patienceMs: 90_000,
    tells: { signals: false, streams: true },
    outOfMemory: { image, command: ["sh", "-c", outOfMemoryScript], resources: { memory: "32Mi" } },
    ...abilities,
  };
}
