import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import type { EngineRun } from "../engine.ts";
import { containerEnvironment } from "./container-environment.ts";
import { ContainerLog } from "./container-log.ts";
import type { Container } from "./run-shapes.ts";
import type { RunWorld } from "./run-world.ts";
import type { RevisionRecord } from "./service-record.ts";
import type { Instance } from "./instance.ts";
import { toEngineContainer } from "./to-engine-container.ts";

/** Documented. */
const defaultPort = 8080;
const lookAgainMs = 20;

/** Where containers are processes they share this machine's ports, so each is told one that is free. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const accepts = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => (socket.destroy(), resolve(true)));
    socket.once("error", () => resolve(false));
  });

function logOf({ id, owner }: RevisionRecord, world: RunWorld): ContainerLog {
  const { project, location } = owner.place;
  const own =
    owner.kind === "service"
      ? { service_name: owner.id, revision_name: id, configuration_name: owner.id }
      : { worker_pool_name: owner.id, revision_name: id };
  const type = owner.kind === "service" ? "cloud_run_revision" : "cloud_run_worker_pool";
  const resource = { type, labels: { project_id: project, location, ...own } };
  return new ContainerLog(world.logs, { project, resource, labels: { instanceId: randomBytes(32).toString("hex") } });
}

const ownVariables = ({ id, owner }: RevisionRecord): Record<string, string> =>
  owner.kind === "service"
    ? { K_SERVICE: owner.id, K_REVISION: id, K_CONFIGURATION: owner.id }
    : { CLOUD_RUN_WORKER_POOL: owner.id, CLOUD_RUN_REVISION: id };

/** The container that requests go to: the one with a port, or the only one. */
const ingressOf = (containers: readonly Container[]): Container =>
  containers.find(({ ports = [] }) => ports.length > 0) ?? containers[0]!;

/** Waits until the port is open. @throws where the program ends before, or takes too long. */
async function waitForPort(run: EngineRun, address: { host: string; port: number }, { clock, delays }: RunWorld): Promise<void> {
  const problem = `The user-provided container failed to start and listen on the port defined provided by the PORT=${address.port} environment variable within the allocated timeout.`;
  let hasEnded = false;
  void run.exited.then(() => (hasEnded = true));
  const lastAt = clock.now() + delays.startup;
  while (!(await accepts(address.host, address.port))) {
    if (hasEnded || clock.now() >= lastAt) throw new Error(problem);
    await clock.sleep(lookAgainMs);
  }
}

/** Starts an instance, and waits until it is ready for requests. Where it cannot be, nothing is left of it. */
export async function startInstance(revision: RevisionRecord, world: RunWorld): Promise<Instance> {
  const { engine, delays, secrets } = world;
  const { owner, template } = revision;
  const log = logOf(revision, world);
  const ingress = ingressOf(template.containers);
  const asked = ingress.ports?.[0]?.containerPort ?? defaultPort;
  const port = engine.kind === "process" ? await freePort() : asked;
  const suffix = randomBytes(4).toString("hex");
  const runs: EngineRun[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(runs.map((run) => run.stop(delays.grace)));
    await Promise.all(runs.map((run) => run.remove()));
  };
  const start = async (container: Container): Promise<EngineRun> => {
    const isIngress = container === ingress && owner.kind === "service";
    const own = { ...ownVariables(revision), ...(isIngress && { PORT: String(port) }) };
    const environment = containerEnvironment(container, own, { project: owner.place.project, secrets });
    const name = `${revision.id}-${suffix}-${container.name || "main"}`;
    const labels = { "longshore.emulator.revision": revision.name };
    const ports = isIngress ? { ports: [{ containerPort: port }] } : {};
    const run = await engine.start(toEngineContainer({ ...container, ...ports }, { name, environment, labels }));
    runs.push(run);
    void log.write(run.output);
    return run;
  };
  try {
    for (const container of template.containers) if (container !== ingress) await start(container);
    const run = await start(ingress);
    if (owner.kind === "worker-pool") return { run, stop };
    const address = { host: run.address ?? "127.0.0.1", port };
    await waitForPort(run, address, world);
    return { run, address, stop };
  } catch (error) {
    log.tell((error as Error).message, "ERROR", world.clock);
    await stop();
    throw error;
  }
}
