import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { flagError } from "../spec/flag-error.ts";
import type { EmulatorOptions, RunningEmulator } from "./running-emulator.ts";

/** What a client has to have, whatever it is. */
const subscription = "00000000-0000-0000-0000-000000000000";
const token = `{ getToken: async () => ({ token: "any", expiresOnTimestamp: Infinity }) }`;

/** Its certificate is of this run alone: with no file to trust, only programs that trust anything could talk to it. */
async function writeCertificate(file: string, ca: string): Promise<string> {
  const path = resolve(file);
  try {
    await writeFile(path, ca);
    return path;
  } catch (error) {
    throw flagError("--ca-out", (error as Error).message);
  }
}

function linesOver(url: string, file: string | undefined): readonly string[] {
  const rest = `${url}/subscriptions/${subscription}/providers/Microsoft.ContainerInstance/containerGroups?api-version=2023-05-01`;
  const clientOf = (options: string): string =>
    `  in code   new ContainerInstanceManagementClient(${token}, "${subscription}", { endpoint: "${url}", ${options} })`;
  if (url.startsWith("http:"))
    return [
      `${clientOf("allowInsecureConnection: true")}\n            client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" })`,
      `  REST      curl "${rest}"`,
    ];
  if (file === undefined)
    return [`  to trust  --ca-out FILE writes the certificate of this run; --http does without`, clientOf("tlsOptions: { ca }")];
  return [
    `  to trust  export NODE_EXTRA_CA_CERTS=${file} REQUESTS_CA_BUNDLE=${file}`,
    clientOf(`tlsOptions: { ca: readFileSync("${file}") }`),
    `  REST      curl --cacert ${file} --header "authorization: Bearer any" "${rest}"`,
  ];
}

/** Container Instances, and how clients are told to trust it. */
export async function startAci({ restPort: _, caOut, ...options }: EmulatorOptions): Promise<RunningEmulator> {
  const { startAciEmulator } = await import("@longshore/emulators");
  const emulator = await startAciEmulator(options);
  const { url, engine, ca } = emulator;
  try {
    const file = caOut !== undefined && ca !== undefined ? await writeCertificate(caOut, ca) : undefined;
    const environment = file === undefined ? {} : { NODE_EXTRA_CA_CERTS: file, REQUESTS_CA_BUNDLE: file };
    const lines = [`Container Instances at ${url}, containers by ${engine}; Ctrl-C ends them all`, ...linesOver(url, file)];
    return { lines, told: { url, engine, environment, ...(ca && { ca }) }, [Symbol.asyncDispose]: () => emulator.close() };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}
