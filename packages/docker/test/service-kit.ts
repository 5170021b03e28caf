import { execFile } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { promisify } from "node:util";
import type { Endpoint, LogRecord, Runtime, Service, ServiceSpec, WorkloadId } from "@longshore/core";
import { workloadId } from "@longshore/core";
import type { DockerCapabilities } from "@longshore/docker";
import { image, native } from "./kit.ts";

export type DockerRuntime = Runtime<DockerCapabilities>;
const port = 8080;

/** Answers every request with the text. The first line of its log is `begun TEXT`. */
export const serving = (
  id: string,
  text: string,
  more: Partial<ServiceSpec> = {},
): ServiceSpec & { readonly id: WorkloadId } => ({
  kind: "service",
  id: workloadId(id),
  image,
  init: true,
  command: ["sh", "-c", `echo begun ${text}; printf ${text} > /tmp/index.html; exec httpd -f -p ${port} -h /tmp`],
  ports: [{ port }],
  readiness: { port, path: "/", periodMs: 200 },
  drainMs: 300,
  stopGraceMs: 2000,
  ...more,
});

export const isWhole = ({ state }: Service): boolean =>
  state.desired > 0 && state.ready === state.desired && state.instances.length === state.desired;

export async function until(runtime: DockerRuntime, id: WorkloadId, is: (seen: Service) => boolean = isWhole): Promise<Service> {
  for await (const seen of runtime.observe(id)) if (seen.kind === "service" && is(seen)) return seen;
  throw new Error(`${id} is gone`);
}
export async function started(runtime: DockerRuntime, spec: ServiceSpec): Promise<Service> {
  await runtime.start(spec);
  return until(runtime, spec.id);
}
const get = async ({ host, hostPort }: Endpoint): Promise<string> =>
  (await fetch(`http://${host}:${hostPort}/`, { signal: AbortSignal.timeout(30_000) })).text();
export async function answers(runtime: DockerRuntime, id: WorkloadId): Promise<readonly string[]> {
  return Promise.all((await runtime.capabilities.endpoints.endpoints(id)).map(get));
}
export const instancesOf = ({ state }: Service): readonly string[] => state.instances.map(({ instance }) => instance).toSorted();

/** Asks for the endpoints, then one of them, again and again, until it is stopped; answers with all that was said. */
export function hammer(runtime: DockerRuntime, id: WorkloadId): { stop(): Promise<readonly string[]> } {
  const heard: string[] = [];
  let over = false;
  const asking = (async () => {
    for (let turn = 0; !over; turn++) {
      const endpoints = await runtime.capabilities.endpoints.endpoints(id);
      const one = endpoints[turn % Math.max(1, endpoints.length)];
      heard.push(one === undefined ? "no endpoint" : await get(one).catch((error: unknown) => `refused: ${String(error)}`));
    }
  })();
  return {
    async stop() {
      over = true;
      await asking;
      return heard;
    },
  };
}
/** By the engine's own client: whole ids of all containers of a workload, with their names. */
export const containersOf = async (owner: string, id: string): Promise<readonly string[]> => {
  const labels = ["--filter", `label=longshore.owner=${owner}`, "--filter", `label=longshore.id=${id}`];
  const text = await native("ps", "-a", "--no-trunc", ...labels, "--format", "{{.ID}} {{.Names}}");
  return text.split("\n").filter(Boolean).toSorted();
};
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return free;
}

export const shell = (script: string): Promise<unknown> => promisify(execFile)("sh", ["-c", script]);
export async function linesOf(records: AsyncIterable<LogRecord>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const record of records) found.push("gap" in record ? `<${record.gap}>` : record.text);
  return found;
}
