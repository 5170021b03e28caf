import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dictionary } from "@longshore/core";
import type { ProcessRequest } from "./process-request.ts";
import type { SecretValues } from "./supervisor-messages.ts";
import { markerName, taskFiles } from "./task-record.ts";

/** What Debian's and Docker's shells search when nobody has said. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface Surrounded {
  /** The program's own; other users cannot reach into it. */
  readonly folder: string;
  readonly marker: string;
  readonly request: Pick<ProcessRequest, "env" | "secrets">;
  readonly values: SecretValues;
  /** Declared ports and the ones that were given. */
  readonly ports: Dictionary<number>;
}

/** The first that is declared is what programs call `PORT`. */
export function portVariables(ports: Dictionary<number>, declared: readonly number[]): Dictionary<string> {
  const [first] = declared;
  const given = declared.map((port) => [`PORT_${port}`, String(ports[port])] as const);
  return { ...(first !== undefined && { PORT: String(ports[first]) }), ...Object.fromEntries(given) };
}

/** All that a program finds in its environment: nothing of our own reaches it. */
export function programEnvironment(surrounded: Surrounded, declared: readonly number[]): Dictionary<string> {
  const { folder, request, marker, ports } = surrounded;
  return {
    PATH: defaultPath,
    HOME: join(folder, taskFiles.work),
    ...request.env,
    ...portVariables(ports, declared),
    ...secretVariables(surrounded),
    [markerName]: marker,
  };
}

function secretVariables({ folder, request: { secrets }, values }: Surrounded): Dictionary<string> {
  const uses = Object.entries(secrets);
  const inFiles = join(folder, taskFiles.secrets);
  if (uses.some(([, { as }]) => as === "file")) mkdirSync(inFiles, { recursive: true, mode: 0o700 });
  return Object.fromEntries(
    uses.map(([name, { as }]) => {
      const value = values[name] ?? "";
      if (as === "env") return [name, value];
      const path = join(inFiles, name);
      writeFileSync(path, value, { mode: 0o600 });
      return [`${name}_FILE`, path];
    }),
  );
}
