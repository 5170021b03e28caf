import { startAci } from "./emulate-aci.ts";
import type { EmulatorOptions, RunningEmulator } from "./running-emulator.ts";

/** What not every cloud has: a port for REST beside that of gRPC, and a choice between HTTP and HTTPS with a certificate. */
export type CloudFlag = "--rest-port" | "--http" | "--ca-out";

export interface EmulatedCloud {
  readonly flags: readonly CloudFlag[];
  start(options: EmulatorOptions): Promise<RunningEmulator>;
}

/** What a client has to have, whatever it is. */
const region = "us-east-1";

async function startEcs({ restPort: _, ...options }: EmulatorOptions): Promise<RunningEmulator> {
  const { startEcsEmulator } = await import("@longshore/emulators");
  const emulator = await startEcsEmulator(options);
  const { url, engine } = emulator;
  const environment = { AWS_ENDPOINT_URL: url, AWS_REGION: region, AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const client = `{ endpoint: "${url}", region: "${region}", credentials: { accessKeyId: "any", secretAccessKey: "any" } }`;
  const lines = [
    `ECS and CloudWatch Logs at ${url}, containers by ${engine}; Ctrl-C ends them all`,
    `  any SDK   export ${variables.join(" ")}`,
    `  in code   new ECSClient(${client}); CloudWatchLogsClient also disableHostPrefix: true`,
    `  AWS CLI   aws --endpoint-url ${url} ecs list-clusters   # with the same variables`,
  ];
  return { lines, told: { url, engine, environment }, [Symbol.asyncDispose]: () => emulator.close() };
}

async function startCloudRun(options: EmulatorOptions): Promise<RunningEmulator> {
  const { startCloudRunEmulator } = await import("@longshore/emulators");
  const emulator = await startCloudRunEmulator(options);
  const { port, url, engine } = emulator;
  const environment = { METADATA_SERVER_DETECTION: "none", GOOGLE_CLOUD_PROJECT: "any" };
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const lines = [
    `Cloud Run and Cloud Logging at 127.0.0.1:${port} (gRPC) and ${url} (REST), containers by ${engine}; Ctrl-C ends them all`,
    `  any SDK   export ${variables.join(" ")}`,
    `  in code   new JobsClient({ apiEndpoint: "127.0.0.1", port: ${port}, sslCreds: grpc.credentials.createInsecure(), projectId: "any" })`,
    `  REST      curl ${url}/v2/projects/any/locations/europe-west1/jobs`,
  ];
  return { lines, told: { port, url, engine, environment }, [Symbol.asyncDispose]: () => emulator.close() };
}

/** What can be emulated, by its name on the command line. */
export const emulatedClouds: Readonly<Record<string, EmulatedCloud>> = {
  ecs: { flags: [], start: startEcs },
  "cloud-run": { flags: ["--rest-port"], start: startCloudRun },
  aci: { flags: ["--http", "--ca-out"], start: startAci },
};
export const cloudNames: readonly string[] = Object.keys(emulatedClouds);
