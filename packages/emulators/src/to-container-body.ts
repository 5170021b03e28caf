import type Docker from "dockerode";
import type { EngineContainer } from "./engine.ts";

const bytesPerMiB = 2 ** 20;
const nanosPerProcessor = 1e9;

/** The body of the request that creates a container on a Docker engine. */
export function toContainerBody(container: EngineContainer): Docker.ContainerCreateOptions {
  const { memoryMiB, cpu, networkOf } = container;
  return {
    name: container.name,
    Image: container.image,
    ...(container.entrypoint && { Entrypoint: [...container.entrypoint] }),
    ...(container.command && { Cmd: [...container.command] }),
    Env: Object.entries(container.environment).map(([name, value]) => `${name}=${value}`),
    ...(container.user && { User: container.user }),
    ...(container.workingDirectory && { WorkingDir: container.workingDirectory }),
    ...(container.labels && { Labels: { ...container.labels } }),
    Tty: container.tty ?? false,
    OpenStdin: container.stdin ?? false,
    AttachStdout: true,
    AttachStderr: true,
    ExposedPorts: networkOf ? {} : Object.fromEntries((container.ports ?? []).map((port) => [`${port}/tcp`, {}])),
    HostConfig: {
      // Read from the attached stream, once: nothing is kept on the disk.
      LogConfig: { Type: "none", Config: {} },
      // No swap beyond it.
      ...(memoryMiB && { Memory: memoryMiB * bytesPerMiB, MemorySwap: memoryMiB * bytesPerMiB }),
      ...(cpu && { NanoCpus: Math.round(cpu * nanosPerProcessor) }),
      ...(container.readOnlyRoot && { ReadonlyRootfs: true }),
      ...(container.init && { Init: true }),
      ...(container.capabilities?.add && { CapAdd: [...container.capabilities.add] }),
      ...(container.capabilities?.drop && { CapDrop: [...container.capabilities.drop] }),
      ...(container.mounts && {
        Binds: container.mounts.map(({ folder, path, readOnly }) => `${folder}:${path}${readOnly ? ":ro" : ""}`),
      }),
      Ulimits: (container.limits ?? []).map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      ...(networkOf && { NetworkMode: `container:${networkOf.id}` }),
    },
  };
}
