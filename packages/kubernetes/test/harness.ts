import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Harness,
  type HarnessOpening,
  openOptions,
  outOfMemoryScript,
  type Route,
  shellProgram,
  wireAbilities,
} from "@longshore/conformance";
import { openRuntime, type Runtime } from "@longshore/core";
import { runtime as plugin } from "@longshore/kubernetes";
import { alive, cleanUp, grant, image, killInstance, namespace, natives, podsOf } from "./kit.ts";
import { metricsOfKubelets } from "./metrics-of-kubelets.ts";
import { plainProxy } from "./plain-proxy.ts";
import { roleOfReadme } from "./role-of-readme.ts";

/** A kubeconfig for each route: plain HTTP, since the proxies look into what passes. */
function configFor({ port }: Route, folder: string): { readonly kubeconfig: string } {
  const path = join(folder, `${port}.json`);
  const cluster = { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user: {} }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace } }],
    "current-context": "x",
  };
  writeFileSync(path, JSON.stringify(config));
  return { kubeconfig: path };
}

/** How the driver is let in: with the README's role and no more. */
async function entrance(): Promise<{ readonly port: number; close(): Promise<void> }> {
  if (process.env["KUBECONFIG"] === undefined) return { port: 0, close: async () => {} };
  const granted = await grant(await roleOfReadme(), namespace);
  const proxy = await plainProxy(granted.config, metricsOfKubelets);
  const close = async (): Promise<void> => {
    await proxy.close();
    await granted[Symbol.asyncDispose]();
  };
  return { port: proxy.port, close };
}

/** Pods of one cluster, seen with its own client. */
export async function kubernetesHarness(): Promise<Harness & Required<Pick<Harness, "faults">> & { close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-kubernetes-"));
  const backend = await entrance();
  const configOf = (through: Route = { port: backend.port }): { readonly kubeconfig: string } => configFor(through, folder);
  const abilities = wireAbilities({
    plugin: { module: import.meta.resolve("@longshore/kubernetes") },
    config: configOf,
    backend: { port: backend.port },
    listen: "port",
    isStream: ({ path }) => /[?&](watch|follow)=true/.test(path) || /\/log\?/.test(path),
  });
  return {
    name: "kubernetes",
    traits: plugin.traits,
    open: (opening: HarnessOpening): Promise<Runtime> =>
      openRuntime(plugin.with(configOf(opening.through)), openOptions(opening)),
    // Process 1 cannot kill itself: a program that does needs another one above it.
    program: (steps) => ({
      image,
      command: ["sh", "-c", shellProgram(steps)],
      ...(steps.some((step) => step.do === "die") && { init: true }),
    }),
    natives,
    alive,
    wipe: cleanUp,
    secrets: {
      dump: async (owner, id) => JSON.stringify([await podsOf(owner, id)]),
    },
    options: [
      { nodeSelector: { some: "label" } },
      { tolerations: [{ key: "some", operator: "Exists" }] },
      { affinity: { nodeAffinity: {} } },
      { priorityClass: "some" },
      { runtimeClass: "some" },
      { annotations: { some: "text" } },
    ],
    bad: {
      image: { image: "127.0.0.1:9/missing:1", pullPolicy: "never", command: ["true"] },
      command: { image, command: ["no-such-program"] },
      config: { image, command: ["true"], user: "somebody" },
    },
    sessions: ["exec", "terminal", "attach", "input", "stats"],
    copying: { spec: {}, path: "/tmp" },
    services: {
      // Process 1 cannot be killed from inside: the programs have another one above them.
      service: (steps) => ({ image, command: ["sh", "-c", shellProgram(steps)], init: true, ports: [{ port: 8080 }] }),
      kill: killInstance,
    },
    // A kubelet tells of 137 alone whether it was an exit or a signal, and gives both streams as one.
    tells: { signals: false, streams: false },
    outOfMemory: { image, command: ["sh", "-c", outOfMemoryScript], resources: { memory: "32Mi" } },
    patienceMs: 240_000,
    close: async () => {
      await backend.close();
      rmSync(folder, { recursive: true, force: true });
    },
    ...abilities,
  };
}
