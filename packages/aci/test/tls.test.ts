import { expect, test } from "vitest";
import { runtime as plugin } from "@longshore/aci";
import { openRuntime, owner, workloadId } from "@longshore/core";
import { startAciEmulator } from "@longshore/emulators";
import { bedOptions, configOf, image } from "./kit.ts";
import { textsOf } from "./world.ts";

const credentials = { tenantId: "the-tenant", clientId: "a-client", clientSecret: "a-secret" };
const id = workloadId("over-tls");
const spec = { kind: "task", id, image, entrypoint: ["sh", "-c"], command: ["echo hello; sleep 3; exit 3"] } as const;

test("a whole life over TLS, with a token that the client's secret was given for, sockets included", async () => {
  await using emulator = await startAciEmulator({ ...bedOptions, http: false });
  const { url, ca = "" } = emulator;
  const config = { ...configOf(url), ca, credentials: { ...credentials, authorityHost: url } };
  await using runtime = await openRuntime(plugin.with(config), { owner: owner("tls") });
  await runtime.start(spec);
  await expect.poll(() => runtime.inspect(id), { timeout: 30_000 }).toMatchObject({ state: { phase: "running" } });
  const ran = await Array.fromAsync(runtime.capabilities.exec.exec({ id, command: ["echo", "beside"] }));
  expect(ran.map((event) => (event.kind === "exit" ? event.exit.code : Buffer.from(event.bytes).toString()))).toEqual([
    "beside\n",
    0,
  ]);
  await Array.fromAsync(runtime.capabilities.attach.attach({ id }));
  expect(await runtime.wait(id)).toMatchObject({ exit: { code: 3 } });
  expect(textsOf(await Array.fromAsync(runtime.logs(id)))).toEqual(["hello"]);
  expect(await runtime.capabilities.preflight.preflight(undefined)).toEqual([]);
  await runtime.remove(id);
  const tokens = emulator.journal.entries("sign-in:Token").map(({ input }) => input);
  expect(tokens).toEqual([{ tenantId: "the-tenant" }]);
}, 60_000);

test("a certificate that nobody vouches for is refused, and no secret is sent", async () => {
  await using emulator = await startAciEmulator({ ...bedOptions, http: false });
  const { url } = emulator;
  const config = { ...configOf(url), credentials: { ...credentials, authorityHost: url } };
  const opened = openRuntime(plugin.with(config), { owner: owner("tls") });
  await expect(opened).rejects.toMatchObject({ code: "unauthenticated", retryable: false });
  expect(emulator.journal.entries()).toEqual([]);
});

test("a token is not sent in clear", async () => {
  const config = { ...configOf("https://127.0.0.1:1"), credentials: { ...credentials, authorityHost: "http://127.0.0.1:1" } };
  const opened = openRuntime(plugin.with(config), { owner: owner("tls") });
  await expect(opened).rejects.toMatchObject({ code: "invalid-config", message: expect.stringMatching(/authorityHost/) });
});
