import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRuntime, type Runtime } from "@longshore/core";
import { type KubernetesCapabilities, runtime as kubernetes } from "@longshore/kubernetes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanUp, grant, type Granted, kubeConfig, needCluster, sh, someOwner, texts } from "./kit.ts";
import { roleOfReadme } from "./role-of-readme.ts";

const owner = someOwner();
const folders: string[] = [];
let granted: Granted | undefined;
beforeAll(async () => {
  if (process.env["KUBECONFIG"] !== undefined) granted = await grant(await roleOfReadme());
});
afterAll(async () => {
  await granted?.[Symbol.asyncDispose]();
  await cleanUp(owner);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A kubeconfig of the service account's. */
async function openAs(
  token: string,
  more: { readonly server?: string; readonly context?: string } = {},
): Promise<Runtime<KubernetesCapabilities>> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-rights-"));
  folders.push(folder);
  const cluster = kubeConfig.getCurrentCluster();
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: more.server ?? cluster?.server, "certificate-authority-data": cluster?.caData } }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: granted?.namespace } }],
    "current-context": "x",
  };
  const kubeconfig = join(folder, "config");
  await writeFile(kubeconfig, JSON.stringify(config));
  const { context } = more;
  return openRuntime(kubernetes.with({ kubeconfig, ...(context !== undefined && { context }) }), { owner });
}
const refusal = async (opening: Promise<unknown>): Promise<string> => String(await opening.catch((error: unknown) => error));

describe("with the README's role and no more", () => {
  test("a whole life, and nothing is missing", async (context) => {
    await needCluster(context);
    await using runtime = await openAs(granted?.token ?? "");
    const spec = sh("allowed", "echo hello; exit 3");
    expect(await runtime.capabilities.preflight.preflight(spec)).toEqual([]);
    await runtime.start(spec);
    expect((await runtime.wait(spec.id)).exit?.code).toBe(3);
    expect(await texts(runtime, spec.id)).toEqual(["hello"]);
    const events = await Array.fromAsync(runtime.capabilities.backendLogs.backendLogs(spec.id));
    expect(events.some((record) => "text" in record && record.text.startsWith("Started: "))).toBe(true);
    await runtime.remove(spec.id);
    expect(await Array.fromAsync(runtime.list())).toEqual([]);
  });
  test("what is missing is named exactly", async (context) => {
    await needCluster(context);
    await granted?.withdraw("pods/log", "get");
    await using runtime = await openAs(granted?.token ?? "");
    const found = await runtime.capabilities.preflight.preflight(sh("denied", "true"));
    expect(found.map(({ what, message }) => `${what}: ${message}`)).toEqual([
      `permission: get pods/log is not allowed in namespace ${granted?.namespace}`,
    ]);
  });
  test("more memory than any node has, where nodes may be listed", async (context) => {
    await needCluster(context);
    await using runtime = await openRuntime(kubernetes.with({}), { owner });
    const found = await runtime.capabilities.preflight.preflight(sh("huge", "true", { resources: { memory: "9999Gi" } }));
    expect(found.map(({ what, message }) => [what, message.replace(/\d+Mi/, "N")])).toEqual([
      ["host-size", "resources.memory: got 9999Gi, the largest node has N"],
    ]);
  });
});

describe("each trouble in words of its own", () => {
  test("a token that nobody knows", async (context) => {
    await needCluster(context);
    expect(await refusal(openAs("stranger"))).toMatch(/unauthenticated.*does not accept these credentials/);
  });
  test("nobody listens", async (context) => {
    await needCluster(context);
    expect(await refusal(openAs("x", { server: "https://127.0.0.1:9" }))).toMatch(/unavailable.*no API server answers/);
  });
  test("a context that is not there", async (context) => {
    await needCluster(context);
    expect(await refusal(openAs("x", { context: "other" }))).toMatch(/context: got "other", expected x/);
  });
  test("a kubeconfig that is not there", async () => {
    const opening = openRuntime(kubernetes.with({ kubeconfig: "/no/such/file" }), { owner });
    expect(await refusal(opening)).toMatch(/\/no\/such\/file cannot be read/);
  });
});
