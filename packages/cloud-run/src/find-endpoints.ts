import type { Endpoint, WorkloadId } from "@longshore/core";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { mapService } from "./map-service-state.ts";
import { lastPart, noSuchWorkload } from "./native-names.ts";

const ports: Readonly<Record<string, number>> = { "https:": 443, "http:": 80 };

/** The one address of a service, whatever the number of its instances. Worker pools and jobs have none. */
export async function findEndpoints(parts: CloudRunParts, id: WorkloadId, signal: AbortSignal): Promise<readonly Endpoint[]> {
  const seen = await parts.services.look(id, signal);
  if (seen === undefined) {
    if ((await parts.jobs.find(id, signal)) === undefined) throw noSuchWorkload(id, "endpoints");
    return [];
  }
  const { resource } = seen;
  const { desired, ready } = mapService(id, seen).state;
  if (!resource.uri || desired === 0 || ready === 0) return [];
  const { protocol, hostname, port } = new URL(resource.uri);
  const instance = lastPart(resource.latestReadyRevision ?? resource.name ?? "");
  const asked = resource.template?.containers?.[0]?.ports?.[0]?.containerPort ?? 0;
  const hostPort = port === "" ? (ports[protocol] ?? 0) : Number(port);
  return [{ instance, port: asked, host: hostname, hostPort, protocol: "tcp" }];
}
