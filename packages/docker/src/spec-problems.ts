import type { Adjustment, Port, Problem, ServiceSpec } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import type { DockerOptions } from "./docker-config.ts";
import { networksOf } from "./to-container-body.ts";

/** Below that the engine refuses (moby, daemon/daemon_unix.go: linuxMinMemory, 6 MiB). */
const leastMemoryMi = 6;
type Say = (path: string, message: string) => void;

const isFixed = ({ publish }: Port): boolean => publish !== undefined;
/** A port of the engine's belongs to one container at a time, so that the old one has to go first. */
export const isRolling = ({ update = "rolling", ports = [] }: ServiceSpec): boolean =>
  update === "rolling" && !ports.some(isFixed);

function secretProblems({ spec }: Order<DockerOptions>, say: Say): void {
  if (spec.registryCredentials !== undefined && "backend" in spec.registryCredentials) {
    say("registryCredentials", "Docker has no store of secrets; expected resolve instead of backend");
  }
  for (const [name, use] of Object.entries(spec.secrets ?? {})) {
    if ("backend" in use) say(`secrets.${name}`, "Docker has no store of secrets; expected resolve instead of backend");
    if (use.as === "env") say(`secrets.${name}.as`, `docker inspect would show it; expected "file", its path is in ${name}_FILE`);
    if (spec.env?.[`${name}_FILE`] !== undefined) say(`env.${name}_FILE`, `is set by secret ${name}; expected another name`);
  }
}

function networkProblems({ spec, options }: Order<DockerOptions>, say: Say): void {
  const { ports = [] } = spec;
  const networks = networksOf(options);
  const [network] = networks;
  const special = networks.find((name) => ["host", "none"].includes(name) || name.startsWith("container:"));
  if (options.network !== undefined && options.networks !== undefined) {
    say("options.docker.networks", "network is there as well; expected one of the two");
  }
  if (special !== undefined && networks.length > 1) say("options.docker.networks", `${special} excludes all other networks`);
  if (options.networkAliases !== undefined && (network === undefined || ["host", "none", "bridge"].includes(network))) {
    say("options.docker.networkAliases", "names are known on networks of one's own only; expected network or networks");
  }
  const at = options.network === undefined ? "options.docker.networks" : "options.docker.network";
  if (network === "none" && ports.length > 0) {
    say("ports", "network is none; expected another network, or no ports");
    say(at, "nothing is published on network none; expected another network, or no ports");
  }
  const other = network === "host" ? ports.findIndex(({ port, publish = port }) => publish !== port) : -1;
  if (other < 0) return;
  say(`ports.${other}.publish`, "network is host, where a port is what it is; expected no publish");
  say(at, "a port is what it is on network host; expected another network, or no publish");
}

function serviceProblems(spec: ServiceSpec, options: DockerOptions, say: Say): void {
  const { replicas = 1, ports = [], readiness } = spec;
  if (options.healthcheck !== undefined && readiness === undefined) {
    say("options.docker.healthcheck", "replaces the probe of readiness, and there is none; expected readiness");
  }
  if (replicas === 1 || ports.length === 0) return;
  if (networksOf(options)[0] === "host") {
    say("replicas", `${replicas} programs cannot share the ports of network host; expected 1`);
    say("options.docker", "network host has each port once; expected another network, or replicas 1");
  }
  const fixed = ports.findIndex(isFixed);
  if (fixed < 0) return;
  const message = `${replicas} instances cannot share one port of the engine; expected no publish, or replicas 1`;
  say(`ports.${fixed}.publish`, message);
  say("replicas", message);
}

/** What Docker cannot do, beyond the table of fields. */
export function specProblems(order: Order<DockerOptions>): readonly Problem[] {
  const { spec, resources, options } = order;
  const problems: Problem[] = [];
  const say: Say = (path, message) => void problems.push({ path, message });
  if (spec.image === undefined) say("image", "is missing; expected an image such as busybox:1.35");
  if (resources.memory !== undefined && resources.memory < leastMemoryMi) {
    say("resources.memory", `got ${resources.memory}Mi, Docker takes at least ${leastMemoryMi}Mi`);
  }
  if (resources.ephemeralStorage !== undefined) say("resources.ephemeralStorage", "Docker has no such limit; expected none");
  secretProblems(order, say);
  networkProblems(order, say);
  if (spec.kind === "service") serviceProblems(spec, options, say);
  else if (options.healthcheck !== undefined) say("options.docker.healthcheck", "a task has no readiness; expected none");
  return problems;
}

/** What is done otherwise than a reader of the spec would think. */
export function specAdjustments({ spec, options }: Order<DockerOptions>, publishOn: string): readonly Adjustment[] {
  const adjustments: Adjustment[] = [];
  const { ports = [] } = spec;
  if (options.publishOn !== undefined && ports.length === 0) {
    adjustments.push({ path: "options.docker.publishOn", from: options.publishOn, reason: "there is no port to publish" });
  }
  if (ports.length > 0 && options.publishOn === undefined && publishOn === "0.0.0.0") {
    const reason = "the engine is another machine, whose loopback cannot be reached from here; see options.docker.publishOn";
    adjustments.push({ path: "ports", from: "127.0.0.1", to: publishOn, reason });
  }
  if (spec.kind === "task") return adjustments;
  if (spec.readiness !== undefined) {
    const to = options.healthcheck === undefined ? "a health check in sh" : "options.docker.healthcheck";
    const reason = "the engine probes from inside the container; see options.docker.healthcheck for images without a shell";
    adjustments.push({ path: "readiness", from: spec.readiness, to, reason });
  }
  if (spec.update !== "recreate" && !isRolling(spec)) {
    const reason = "a published port belongs to one container at a time";
    adjustments.push({ path: "update", from: spec.update ?? "rolling", to: "recreate", reason });
  }
  return adjustments;
}
