import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LongshoreError, openRuntime, type Runtime } from "@longshore/core";
import { type KubernetesCapabilities, runtime as kubernetes } from "@longshore/kubernetes";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { expiredCertificate } from "./expired-certificate.ts";
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

async function someFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-rights-"));
  folders.push(folder);
  return folder;
}
const base64 = (text: string): string => Buffer.from(text).toString("base64");
/** A kubeconfig of the service account's. */
async function openAs(
  token: string,
  more: { readonly server?: string; readonly context?: string; readonly ca?: string; readonly user?: object } = {},
): Promise<Runtime<KubernetesCapabilities>> {
  const folder = await someFolder();
  const cluster = kubeConfig.getCurrentCluster();
  const server = more.server ?? cluster?.server ?? "";
  const trust = server.startsWith("https:")
    ? { "certificate-authority-data": more.ca ?? cluster?.caData }
    : { "insecure-skip-tls-verify": true };
  const where = { server, ...trust };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: where }],
    users: [{ name: "u", user: more.user ?? { token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: granted?.namespace } }],
    "current-context": "x",
  };
  const kubeconfig = join(folder, "config");
  await writeFile(kubeconfig, JSON.stringify(config));
  const { context } = more;
  return openRuntime(kubernetes.with({ kubeconfig, ...(context !== undefined && { context }) }), { owner });
}
const refusal = async (opening: Promise<unknown>): Promise<string> => {
  const error: unknown = await opening.catch((caught: unknown) => caught);
  return LongshoreError.is(error) ? `${error.code}: ${error.message}` : String(error);
};

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

describe("credentials that change", () => {
  const sayToken = `cat "$0/token" | tr -d '\\n' | sed 's/.*/{"apiVersion":"client.authentication.k8s.io\\/v1beta1","kind":"ExecCredential","status":{"token":"&","expirationTimestamp":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"}}/'`;
  test.each<[string, (folder: string) => object]>([
    ["a file, as in a pod", (folder) => ({ "auth-provider": { name: "file", config: { tokenFile: join(folder, "token") } } })],
    [
      "a program that says them",
      (folder) => ({
        exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "sh", args: ["-c", sayToken, folder] },
      }),
    ],
  ])("%s", async (_name, user) => {
    const folder = await someFolder();
    const seen: (string | undefined)[] = [];
    const server = createHttpServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader("content-type", "application/json").end('{"major":"1","minor":"20","items":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await writeFile(join(folder, "token"), "first");
    await using runtime = await openAs("", { server: `http://127.0.0.1:${port}`, user: user(folder) });
    await runtime.ping();
    await writeFile(join(folder, "token"), "second");
    // A file is read again after a minute.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
    await runtime.ping().finally(() => vi.useRealTimers());
    server.close();
    expect([seen[0], seen.at(-1)]).toEqual(["Bearer first", "Bearer second"]);
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
  test("a client certificate that has expired", async () => {
    const { cert, key } = await expiredCertificate(await someFolder());
    const user = { "client-certificate-data": base64(cert), "client-key-data": base64(key) };
    const said = await refusal(openAs("", { server: "https://127.0.0.1:9", user }));
    expect(said).toMatch(/unauthenticated.*the client certificate of u expired on 2020-01-02T00:00:00/);
  });
  test("a server whose certificate has expired", async () => {
    const { cert, key } = await expiredCertificate(await someFolder());
    const server = createServer({ cert, key }, (_request, response) => response.end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const said = await refusal(openAs("x", { server: `https://127.0.0.1:${port}`, ca: base64(cert) }));
    server.close();
    expect(said).toMatch(/unauthenticated.*the API server's certificate has expired/);
  });
  test("a server that is trusted by nobody we know", async (context) => {
    await needCluster(context);
    const { cert } = await expiredCertificate(await someFolder());
    expect(await refusal(openAs("x", { ca: base64(cert) }))).toMatch(/unauthenticated.*certificate is not trusted/);
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
