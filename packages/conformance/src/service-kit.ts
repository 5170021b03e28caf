import assert from "node:assert/strict";
import type { Endpoint, Instance, LogRecord, Readiness, Runtime, Service, ServiceSpec, WorkloadId } from "@longshore/core";
import { isLine } from "./log-texts.ts";
import type { Program } from "./program.ts";
import { held, pause } from "./soon.ts";
import type { Stage } from "./stage.ts";

export const servicePort = 8080;
/** Prints a mark for each run of it, and answers with the text. */
export const serving = (text: string): Program => [
  { do: "print", text: `mark ${text}` },
  { do: "serve", port: servicePort, text },
];
export const readiness: Readiness = { port: servicePort, path: "/", periodMs: 200 };

/** Ready means that its port answers. */
export const servingSpec = (stage: Stage, text: string, more: Partial<ServiceSpec> = {}): ServiceSpec =>
  stage.service(serving(text), { readiness, ...more });

export async function inspected(stage: Stage, runtime: Runtime, id: WorkloadId): Promise<Service> {
  const seen = await stage.soon(runtime.inspect(id), "inspect");
  return seen.kind === "service" ? seen : assert.fail(`${id} is ${seen.kind}`);
}
/** Observed, not polled, until it is so. */
export function until(
  stage: Stage,
  runtime: Runtime,
  of: { readonly id: WorkloadId; readonly what: string; readonly is: (seen: Service) => boolean },
): Promise<Service> {
  let last = "";
  const watch = async (): Promise<Service> => {
    for await (const seen of runtime.observe(of.id)) {
      last = JSON.stringify(seen.kind === "service" ? seen.state : seen);
      if (seen.kind === "service" && of.is(seen)) return seen;
    }
    return assert.fail(`${of.id}: gone before ${of.what}`);
  };
  return stage.soon(watch(), of.what).catch((error: Error) => assert.fail(`${error.message}; last seen ${last}`));
}
/** As many as are desired are ready, and no others are there. */
export const isWhole = ({ state }: Service): boolean =>
  state.desired > 0 && state.ready === state.desired && state.instances.length === state.desired;

export async function started(stage: Stage, runtime: Runtime, spec: ServiceSpec): Promise<Service> {
  await stage.soon(runtime.start(spec), "start");
  return until(stage, runtime, { id: spec.id, what: `${spec.replicas ?? 1} ready`, is: isWhole });
}
export const namesOf = (service: Service): readonly string[] =>
  service.state.instances.map(({ instance }: Instance) => instance).toSorted();

const httpGet = async ({ host, hostPort }: Endpoint): Promise<string> => {
  const answer = await fetch(`http://${host}:${hostPort}/`, { signal: AbortSignal.timeout(30_000) });
  return answer.text();
};
const ask = (stage: Stage, endpoint: Endpoint): Promise<string> => (stage.services.request ?? httpGet)(endpoint);

export async function endpointsOf(stage: Stage, runtime: Runtime, id: WorkloadId): Promise<readonly Endpoint[]> {
  if (!runtime.supports("endpoints")) return assert.fail("a runtime with services tells their endpoints");
  return stage.soon(runtime.capabilities.endpoints.endpoints(id), "endpoints");
}
/** What every endpoint there is answers, each asked once; where there is one for all, as often as there are instances. */
export async function answers(stage: Stage, runtime: Runtime, id: WorkloadId): Promise<readonly string[]> {
  const endpoints = await endpointsOf(stage, runtime, id);
  if (stage.services.onlyCounted !== true) return Promise.all(endpoints.map((endpoint) => ask(stage, endpoint)));
  const { state } = await inspected(stage, runtime, id);
  const [one] = endpoints;
  if (one === undefined || endpoints.length > 1) return assert.fail(`${endpoints.length} endpoints for all instances together`);
  return Promise.all(Array.from({ length: state.desired }, () => ask(stage, one)));
}

/** A client that asks for the endpoints and one of them for an answer, over and over. Disposing ends it; `seen` is in order. */
export function client(
  stage: Stage,
  runtime: Runtime,
  id: WorkloadId,
): { readonly seen: readonly string[]; stop(): Promise<readonly string[]> } {
  const seen: string[] = [];
  let over = false;
  const once = async (turn: number): Promise<string> => {
    const asked = performance.now();
    const endpoints = await endpointsOf(stage, runtime, id);
    const told = performance.now();
    const one = endpoints[turn % Math.max(1, endpoints.length)];
    const refused = (error: unknown): string => {
      const { cause = error } = error as Error;
      const ms = (from: number): string => `${Math.round(performance.now() - from)} ms after`;
      return `refused by ${JSON.stringify(one)}, ${ms(asked)} the endpoints were asked for, ${ms(told)} they were told: ${String(cause)}`;
    };
    return one === undefined ? "no endpoint" : ask(stage, one).catch(refused);
  };
  const asking = async (): Promise<void> => {
    for (let turn = 0; !over; turn++) {
      seen.push(await once(turn));
      await pause(10);
    }
  };
  const running = held(asking());
  const stop = async (): Promise<readonly string[]> => {
    over = true;
    await stage.soon(running, "the client's end");
    return seen;
  };
  return { seen, stop };
}
/** The instances that have said so, once for each time. */
export const saidBy = (records: readonly LogRecord[], text: string): readonly string[] =>
  records.filter(isLine).flatMap((line) => (line.text === text ? [line.instance] : []));
