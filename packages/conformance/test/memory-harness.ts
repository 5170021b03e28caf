import { openOptions } from "@longshore/conformance";
import type {
  CrashJob,
  CrashOutcome,
  FaultPlan,
  FaultRoute,
  Harness,
  HarnessOpening,
  Program,
  Route,
} from "@longshore/conformance";
import { fileStore, openRuntime, type Port, type Runtime } from "@longshore/core";
import { crashVerb } from "../src/crash-verb.ts";
import { MemoryBackend, MemoryFaults, memoryOn, type MemoryRequest, type MemoryServiceRequest } from "@longshore/core/memory";

/** How a runtime is made of a backend; a deliberately broken driver is put in here. */
export type Plug = typeof memoryOn;
export interface MemoryHarnessOptions {
  readonly plug?: Plug;
  readonly watch?: boolean;
  readonly backend?: () => MemoryBackend;
  readonly patienceMs?: number;
}
const afterFaults = (plan: FaultPlan, faults: MemoryFaults): void => {
  if (plan.kind === "drop-request") faults.inject({ kind: "before", at: plan.at });
  else if (plan.kind === "lose-reply") faults.inject({ kind: "after", at: plan.at });
  else if (plan.kind === "hang") faults.inject({ kind: "stuck", from: plan.at });
  else if (plan.kind === "cut-streams") faults.cutStreams(plan.times);
  else if (plan.kind === "delay") faults.latencyMs = plan.ms;
};

/** Programs that were begun, by owner and id. */
function countRuns(backend: MemoryBackend): ReadonlyMap<string, number> {
  const runs = new Map<string, number>();
  const seen = new WeakSet<object>();
  backend.listen((changed) => {
    const {
      request: { owner, id },
    } = changed;
    const process = "process" in changed ? changed.process : undefined;
    if (typeof process !== "object" || process === null || seen.has(process)) return;
    seen.add(process);
    runs.set(`${owner}/${id}`, (runs.get(`${owner}/${id}`) ?? 0) + 1);
  });
  return runs;
}

/** Each harness has a backend of its own. A crashed process is a driver that does and says nothing any more. */
export function memoryHarness(options: MemoryHarnessOptions = {}): Harness {
  const { plug = memoryOn, watch = true, patienceMs = 10_000 } = options;
  const backend = options.backend?.() ?? new MemoryBackend();
  const routes = new WeakMap<Route, MemoryFaults>();
  const runs = countRuns(backend);
  backend.missingImages.add("missing:1");
  const open = (opening: HarnessOpening, own?: MemoryFaults): Promise<Runtime> => {
    const { through } = opening;
    const faults = own ?? (through && routes.get(through)) ?? backend.faults;
    return openRuntime(plug(backend, faults).with({ watch }), { pollMs: 20, ...openOptions(opening) });
  };
  const records = (owner: string) => [...backend.records].filter(([, { request }]) => request.owner === owner);
  const services = (owner: string) => [...backend.services].filter(([, { request }]) => request.owner === owner);
  const leftovers = (owner: string) => [...backend.leftovers].filter(([, left]) => left.owner === owner);
  return {
    name: watch ? "memory" : "memory, polled",
    traits: plug(backend).traits,
    open,
    program: (program) => ({ options: { memory: { program } } }),
    natives: async (owner) => [...records(owner), ...services(owner), ...leftovers(owner)].map(([name]) => name),
    alive: async (owner, id) => [
      ...records(owner).flatMap(([name, { request, process }]) =>
        request.id === id && process !== undefined && process.running > 0 ? [name] : [],
      ),
      ...services(owner).flatMap(([name, service]) => (service.request.id === id && service.running > 0 ? [name] : [])),
    ],
    runs: async (owner, id) => runs.get(`${owner}/${id}`) ?? 0,
    async wipe(owner) {
      for (const [name] of [...records(owner), ...services(owner)]) backend.drop(name);
      for (const [name] of leftovers(owner)) backend.leftovers.delete(name);
    },
    bad: {
      image: { image: "missing:1" },
      command: { options: { memory: { program: [{ do: "fail", reason: "command-not-found" }] } } },
      config: { options: { memory: { programme: [] } } },
    },
    tells: { signals: true, streams: true },
    outOfMemory: { options: { memory: { program: [{ do: "exhaust" }] } } },
    secrets: { dump: async (owner, id) => dump([...records(owner), ...services(owner)], id) },
    services: {
      service: (program) => ({ ports: portsOf(program), options: { memory: { program } } }),
      async request({ instance, port, host }) {
        const answer = backend.services.get(host)?.ask(instance, port);
        if (answer === undefined) throw new Error("nothing listens");
        return answer;
      },
      async kill(owner, id, instance) {
        const [, service] = services(owner).find(([, { request }]) => request.id === id) ?? [];
        service?.instances.find(({ name }) => name === instance)?.process.signal("SIGKILL");
      },
    },
    crash: { crash: (job) => crash(open, job) },
    faults: {
      async route(plan): Promise<FaultRoute> {
        const faults = new MemoryFaults();
        const through = {};
        routes.set(through, faults);
        afterFaults(plan, faults);
        return {
          through,
          requests: () => faults.requests,
          injected: () => faults.injected,
          connections: () => faults.openReads,
          [Symbol.asyncDispose]: async () => {},
        };
      },
    },
    patienceMs,
  };
}

const portsOf = (program: Program): readonly Port[] =>
  program.flatMap((step) => (step.do === "serve" ? [{ port: step.port }] : []));

/** What the backend would show of it, if it were one. */
const dump = (
  all: readonly (readonly [string, { readonly request: MemoryRequest | MemoryServiceRequest }])[],
  id: string,
): string => JSON.stringify(all.flatMap(([, { request }]) => (request.id === id ? [request] : [])));

type Open = (opening: HarnessOpening, faults: MemoryFaults) => Promise<Runtime>;
async function crash(open: Open, job: CrashJob): Promise<CrashOutcome> {
  const faults = new MemoryFaults();
  const runtime = await open({ owner: job.owner, ...(job.store !== undefined && { store: fileStore(job.store) }) }, faults);
  const died = faults.dieAt(job.boundary ?? Number.POSITIVE_INFINITY);
  const reached = await Promise.race([died.then(() => true), crashVerb(runtime, job).then(() => false)]);
  const { boundaries } = faults;
  return { reached, boundaries };
}
