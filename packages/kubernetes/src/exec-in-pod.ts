import type { V1Pod } from "./objects.ts";
import { type ExecEnd, type ExecRequest, type Keystrokes, type OutputChunk, type TerminalSize } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { Cluster } from "./cluster.ts";
import { findRunning, type InstanceParts } from "./find-instance.ts";
import { mainContainer } from "./object-names.ts";
import { PodSocket } from "./pod-socket.ts";
import { converse, refused } from "./converse.ts";

export interface SessionParts extends InstanceParts {
  readonly cluster: Cluster;
}
type ExecEvents = AsyncGenerator<OutputChunk | ExecEnd, void, void>;
/** API servers before this cannot be told of the end of an input (KEP-4006). */
const halfClosingSince = 30;
/** Frames of a length on a line and so many bytes; a 0 is the end. `read` takes a line and nothing beyond. */
const unframe = `while read -r n && [ "$n" != 0 ]; do dd bs="$n" count=1 iflag=fullblock 2>/dev/null || break; done | { "$@"; }`;

/** A kubelet knows a command only: what else is asked for is done by `env` and `sh` inside the container. */
function toWords({ command, env = {}, workingDirectory }: ExecRequest): readonly string[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const words = variables.length === 0 ? command : ["env", ...variables, ...command];
  return workingDirectory === undefined ? words : ["sh", "-c", 'cd "$0" && exec "$@"', workingDirectory, ...words];
}

function toPath(cluster: Cluster, pod: V1Pod, query: readonly [string, string][]): string {
  const parameters = new URLSearchParams([["container", mainContainer], ...query]);
  return `/api/v1/namespaces/${cluster.namespace}/pods/${pod.metadata?.name ?? ""}/exec?${parameters.toString()}`;
}

async function* sizedFirst(
  size: TerminalSize,
  input: AsyncIterable<Keystrokes> | undefined,
): AsyncGenerator<Keystrokes, void, void> {
  yield size;
  if (input !== undefined) yield* input;
}

/** A command beside the program. An abort leaves it to itself, with its input at an end. */
export async function* execInPod(parts: SessionParts, request: ExecRequest, { signal }: Call): ExecEvents {
  const { cluster } = parts;
  if (request.user !== undefined) throw refused("a kubelet runs commands as the container's user; expected no user");
  const pod = await findRunning(parts, request, signal);
  const { tty, input } = request;
  const framed = input !== undefined && tty === undefined && (await cluster.minorVersion(signal)) < halfClosingSince;
  const words = framed ? ["sh", "-c", unframe, "sh", ...toWords(request)] : toWords(request);
  const flags = [["stdout", "true"], ...(tty === undefined ? [["stderr", "true"]] : [["tty", "true"]])] as [string, string][];
  if (input !== undefined || tty !== undefined) flags.push(["stdin", "true"]);
  const commands = words.map((word): [string, string] => ["command", word]);
  using socket = await PodSocket.open(cluster, toPath(cluster, pod, [...flags, ...commands]), signal);
  const typed = tty === undefined ? input : sizedFirst(tty, input);
  const as = tty !== undefined ? "terminal" : framed ? "framed" : "plain";
  yield* converse(socket, typed === undefined ? undefined : { input: typed, as }, signal);
}
