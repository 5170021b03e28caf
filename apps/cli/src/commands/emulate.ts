import { expectedWords, LongshoreError } from "@longshore/core";
import type { EcsEmulator, EcsEmulatorOptions } from "@longshore/emulators";
import { readYaml } from "../config/read-yaml.ts";
import type { BareSession } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";

/** As the command line has them. */
export interface EmulateFlags {
  readonly port: string;
  readonly engine?: string;
  readonly faults?: string;
  readonly seed: string;
  readonly realistic?: boolean;
  readonly speed: string;
}

const clouds = ["ecs"];
const engines = ["docker", "process"] as const;
/** What a client has to have, whatever it is. */
const region = "us-east-1";
const largestFaultsFile = 2 ** 20;

function numberOf(
  flag: string,
  text: string,
  { integer, least, most }: { integer: boolean; least: number; most: number },
): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most) || (integer && !Number.isInteger(value)))
    throw flagError(flag, `got ${JSON.stringify(text)}; a ${integer ? "whole " : ""}number from ${least} to ${most} is expected`);
  return value;
}

/** Checked by the emulator, which knows what faults there are. */
const readFaults = async (file: string): Promise<EcsEmulatorOptions["faults"]> =>
  (await readYaml({ file, largestBytes: largestFaultsFile, code: "invalid-config" })) as NonNullable<
    EcsEmulatorOptions["faults"]
  >;

async function optionsOf({ port, engine, faults, seed, realistic = false, speed }: EmulateFlags): Promise<EcsEmulatorOptions> {
  const chosen = engines.find((name) => name === engine);
  if (engine !== undefined && !chosen)
    throw flagError("--engine", `got ${JSON.stringify(engine)}; ${expectedWords(engine, [...engines])}`);
  const rules = faults === undefined ? undefined : await readFaults(faults);
  return {
    port: numberOf("--port", port, { integer: true, least: 0, most: 65_535 }),
    seed: numberOf("--seed", seed, { integer: true, least: 0, most: Number.MAX_SAFE_INTEGER }),
    speed: numberOf("--speed", speed, { integer: false, least: 0.001, most: 100_000 }),
    realistic,
    ...(chosen && { engine: chosen }),
    ...(rules && { faults: rules }),
  };
}

async function start(options: EcsEmulatorOptions): Promise<EcsEmulator> {
  const { startEcsEmulator } = await import("@longshore/emulators");
  try {
    return await startEcsEmulator(options);
  } catch (error) {
    if (error instanceof TypeError) throw flagError("--faults", error.message);
    const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    const message = taken ? `port ${options.port} is taken; --port 0 takes one that is free` : (error as Error).message;
    throw new LongshoreError(message, { code: "unavailable", operation: "emulate", cause: error });
  }
}

async function tell({ output, json }: BareSession, { url, engine }: EcsEmulator): Promise<void> {
  const environment = { AWS_ENDPOINT_URL: url, AWS_REGION: region, AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" };
  if (json) return output.json({ emulator: "ecs", url, engine, environment });
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const client = `{ endpoint: "${url}", region: "${region}", credentials: { accessKeyId: "any", secretAccessKey: "any" } }`;
  await output.line(`ECS and CloudWatch Logs at ${url}, containers by ${engine}; Ctrl-C ends them all`);
  await output.line(`  any SDK   export ${variables.join(" ")}`);
  await output.line(`  in code   new ECSClient(${client}); CloudWatchLogsClient also disableHostPrefix: true`);
  await output.line(`  AWS CLI   aws --endpoint-url ${url} ecs list-clusters   # with the same variables`);
}

/** Serves a cloud's API until Ctrl-C, which leaves no container. */
export async function emulate(session: BareSession, cloud: string, flags: EmulateFlags): Promise<number> {
  if (!clouds.includes(cloud)) throw flagError("emulate", `got ${JSON.stringify(cloud)}; ${expectedWords(cloud, clouds)}`);
  const options = await optionsOf(flags);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  using _ = session.interrupts.intercept(end);
  await using emulator = await start(options);
  await tell(session, emulator);
  await ended;
  return 0;
}
