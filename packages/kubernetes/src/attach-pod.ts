import type { AttachRequest, OutputChunk } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { converse, refused } from "./converse.ts";
import type { SessionParts } from "./exec-in-pod.ts";
import { findRunning } from "./find-instance.ts";
import { mainContainer } from "./object-names.ts";
import { PodSocket } from "./pod-socket.ts";

/** The program's own streams, from now on. What is typed goes to every program that was started with `stdin`. */
export async function* attachPod(
  parts: SessionParts,
  request: AttachRequest,
  { signal }: Call,
): AsyncGenerator<OutputChunk, void, void> {
  const { cluster } = parts;
  const pod = await findRunning(parts, request, signal);
  const { stdin = false, tty = false } = pod.spec?.containers.find(({ name }) => name === mainContainer) ?? {};
  const { input } = request;
  if (input !== undefined && !stdin) throw refused("the program was started without stdin; expected no input");
  const query = new URLSearchParams({
    container: mainContainer,
    stdout: "true",
    ...(tty ? { tty: "true" } : { stderr: "true" }),
    ...(input !== undefined && { stdin: "true" }),
  });
  const path = `/api/v1/namespaces/${cluster.namespace}/pods/${pod.metadata?.name ?? ""}/attach?${query.toString()}`;
  using socket = await PodSocket.open(cluster, path, signal);
  const typing = input === undefined ? undefined : { input, as: tty ? ("terminal" as const) : ("plain" as const) };
  for await (const event of converse(socket, typing, signal)) if (event.kind === "output") yield event;
}
