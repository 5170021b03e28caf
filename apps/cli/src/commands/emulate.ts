import { expectedWords, LongshoreError } from "@longshore/core";
import type { FaultRule } from "@longshore/emulators";
import { readYaml } from "../config/read-yaml.ts";
import type { BareSession } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";
import { type CloudFlag, cloudNames, type EmulatedCloud, emulatedClouds } from "./emulated-clouds.ts";
import type { EmulatorOptions, RunningEmulator } from "./running-emulator.ts";

/** As the command line has them. */
export interface EmulateFlags {
  readonly port: string;
  readonly restPort?: string;
  readonly http?: boolean;
  readonly caOut?: string;
  readonly engine?: string;
  readonly faults?: string;
  readonly seed: string;
  readonly realistic?: boolean;
  readonly speed: string;
}

const engines = ["docker", "process"] as const;
const portRange = { integer: true, least: 0, most: 65_535 };
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
const readFaults = async (file: string): Promise<readonly FaultRule[]> =>
  (await readYaml({ file, largestBytes: largestFaultsFile, code: "invalid-config" })) as readonly FaultRule[];

async function optionsOf(flags: EmulateFlags): Promise<EmulatorOptions> {
  const { port, restPort, http, caOut, engine, faults, seed, realistic = false, speed } = flags;
  const chosen = engines.find((name) => name === engine);
  if (engine !== undefined && !chosen)
    throw flagError("--engine", `got ${JSON.stringify(engine)}; ${expectedWords(engine, [...engines])}`);
  const rules = faults === undefined ? undefined : await readFaults(faults);
  return {
    port: numberOf("--port", port, portRange),
    ...(restPort !== undefined && { restPort: numberOf("--rest-port", restPort, portRange) }),
    ...(http && { http }),
    ...(caOut !== undefined && { caOut }),
    seed: numberOf("--seed", seed, { integer: true, least: 0, most: Number.MAX_SAFE_INTEGER }),
    speed: numberOf("--speed", speed, { integer: false, least: 0.001, most: 100_000 }),
    realistic,
    ...(chosen && { engine: chosen }),
    ...(rules && { faults: rules }),
  };
}

async function start(cloud: EmulatedCloud, options: EmulatorOptions): Promise<RunningEmulator> {
  try {
    return await cloud.start(options);
  } catch (error) {
    if (error instanceof LongshoreError) throw error;
    if (error instanceof TypeError) throw flagError("--faults", error.message);
    const { code, port = options.port } = error as { readonly code?: string; readonly port?: number };
    const flag = port === options.restPort ? "--rest-port" : "--port";
    const message = code === "EADDRINUSE" ? `port ${port} is taken; ${flag} 0 takes one that is free` : (error as Error).message;
    throw new LongshoreError(message, { code: "unavailable", operation: "emulate", cause: error });
  }
}

/** Why a cloud does without what others have. */
const lacking: Readonly<Record<CloudFlag, string>> = {
  "--rest-port": "has one port for all; use --port",
  "--http": "is served over plain HTTP anyway",
  "--ca-out": "is served over plain HTTP, without a certificate",
};

function checkFlags(name: string, { flags }: EmulatedCloud, { restPort, http, caOut }: EmulateFlags): void {
  const given = { "--rest-port": restPort, "--http": http, "--ca-out": caOut };
  for (const flag of Object.keys(given) as CloudFlag[])
    if (given[flag] !== undefined && !flags.includes(flag)) throw flagError(flag, `${name} ${lacking[flag]}`);
  if (http && caOut !== undefined) throw flagError("--ca-out", "there is no certificate with --http");
}

/** Serves a cloud's API until Ctrl-C, which leaves no container. */
export async function emulate(session: BareSession, name: string, flags: EmulateFlags): Promise<number> {
  const cloud = Object.hasOwn(emulatedClouds, name) ? emulatedClouds[name] : undefined;
  if (!cloud) throw flagError("emulate", `got ${JSON.stringify(name)}; ${expectedWords(name, cloudNames)}`);
  checkFlags(name, cloud, flags);
  const options = await optionsOf(flags);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  using _ = session.interrupts.intercept(end);
  await using emulator = await start(cloud, options);
  if (session.json) await session.output.json({ emulator: name, ...emulator.told });
  else for (const line of emulator.lines) await session.output.line(line);
  await ended;
  return 0;
}
