import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dictionary } from "@longshore/core";
import type { ProcessRequest } from "./process-request.ts";
import type { SecretValues } from "./supervisor-messages.ts";
import { markerName } from "./task-record.ts";

/** What Debian's and Docker's shells search when nobody has said. */
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface Surrounded {
  readonly home: string;
  /** Where the values that the program reads from files are. Other users cannot reach into it. */
  readonly secrets: string;
  readonly marker: string;
  readonly request: Pick<ProcessRequest, "env" | "secrets" | "ports">;
  /** Of the secrets that are variables. */
  readonly values: SecretValues;
  /** Declared ports and the ones that were given. */
  readonly ports: Dictionary<number>;
}

/** `PORT_8080` for each that is declared; the first is what programs call `PORT` besides. */
function portVariables({ request, ports }: Surrounded): Dictionary<string> {
  const declared = request.ports?.map(({ port }) => port) ?? [];
  const [first] = declared;
  const given = declared.map((port) => [`PORT_${port}`, String(ports[port])] as const);
  return { ...(first !== undefined && { PORT: String(ports[first]) }), ...Object.fromEntries(given) };
}

/** All that a program finds in its environment: nothing of our own reaches it. What the spec sets holds. */
export function programEnvironment(surrounded: Surrounded): Dictionary<string> {
  const { home, request, marker } = surrounded;
  return {
    PATH: defaultPath,
    HOME: home,
    ...portVariables(surrounded),
    ...request.env,
    ...secretVariables(surrounded),
    [markerName]: marker,
  };
}

const secretVariables = ({ secrets, request, values }: Surrounded): Dictionary<string> =>
  Object.fromEntries(
    Object.entries(request.secrets).map(([name, { as }]) =>
      as === "env" ? [name, values[name] ?? ""] : [`${name}_FILE`, join(secrets, name)],
    ),
  );

/** By name, mode 0600 in a folder of mode 0700. */
export function writeSecrets(folder: string, values: SecretValues): void {
  const all = Object.entries(values);
  if (all.length > 0) mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, value] of all) writeFileSync(join(folder, name), value, { mode: 0o600 });
}
/** Those that the program reads from files. */
export const inFiles = ({ secrets }: Pick<ProcessRequest, "secrets">, values: SecretValues): SecretValues =>
  Object.fromEntries(Object.entries(values).filter(([name]) => secrets[name]?.as === "file"));
