import { type Endpoint, workloadId } from "@longshore/core";
import { writeTable } from "../output/write-table.ts";
import { findWorkload } from "../runtimes/find-workload.ts";
import { lacksCapability } from "../runtimes/lacks-capability.ts";
import type { Session } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";

export interface EndpointsFlags {
  readonly port?: string;
  readonly quiet?: boolean;
}
const addressOf = ({ host, hostPort }: Endpoint): string => `${host.includes(":") ? `[${host}]` : host}:${hostPort}`;

function readPort(port: string | undefined): number | undefined {
  if (port === undefined || /^\d{1,5}$/.test(port)) return port === undefined ? undefined : Number(port);
  throw flagError("--port", `got ${JSON.stringify(port)}, expected a port of the spec`);
}

/** Where each ready instance can be reached now. */
export async function endpoints(session: Session, given: string, flags: EndpointsFlags): Promise<number> {
  const id = workloadId(given);
  const port = readPort(flags.port);
  await using found = await findWorkload(session, id);
  const { runtime } = found;
  if (!runtime.supports("endpoints")) throw lacksCapability(runtime, "endpoints", id);
  const all = await runtime.capabilities.endpoints.endpoints(id, { signal: session.interrupts.signal });
  const wanted = all.filter((one) => port === undefined || one.port === port);
  const { output, json } = session;
  if (flags.quiet === true) for (const one of wanted) await output.line(addressOf(one));
  else if (json) for (const one of wanted) await output.json({ id, runtime: runtime.name, ...one });
  else if (wanted.length > 0) {
    const rows = wanted.map((one) => [one.instance, String(one.port), addressOf(one), one.protocol]);
    await output.line(await writeTable(["INSTANCE", "PORT", "ADDRESS", "PROTOCOL"], rows));
  } else
    await output.note(
      `nothing of ${id} can be reached now${port === undefined ? "" : ` on port ${port}`}; longshore inspect ${id}`,
    );
  return 0;
}
