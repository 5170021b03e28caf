import { once } from "node:events";
import { request } from "node:https";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Cloud, CloudCall } from "../src/cloud.ts";
import { ControlEndpoint } from "../src/control-endpoint.ts";
import { EmulatorServer, type EmulatorServerOptions } from "../src/emulator-server.ts";
import { Faults } from "../src/faults.ts";
import { Journal } from "../src/journal.ts";
import { VirtualClock } from "../src/virtual-clock.ts";

/** Of nobody, for 127.0.0.1, for a hundred years: `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes`. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUUviDhbf3lRtDRvnah/3xT8lj/wUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTEyMzU0MloYDzIxMjYxMDI4
MTIzNTQyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATyXVrld+ntQYjTmp/SDgFTZ6ukq8oNLU0fm2yCX6h7W2ZOmMWoXrPn
65hE7aIPC/zSwzbEepm8N22qk1a449sbo2QwYjAdBgNVHQ4EFgQU8DFHr/90s2qi
AegsdHGo4AX3AZQwHwYDVR0jBBgwFoAU8DFHr/90s2qiAegsdHGo4AX3AZQwDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IHclfoOe1snHJElP5vYAPSTKmp+rAzfdHSas5V7Pm0mZAiEAyXsEiKVxiFaC849B
ovU/WyhX3eTkyyshzWCC1vke8MM=
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfqJDJbANOAFx/Drh
qtWQvMWXQjauX+MIJPh/qyGSnK2hRANCAATyXVrld+ntQYjTmp/SDgFTZ6ukq8oN
LU0fm2yCX6h7W2ZOmMWoXrPn65hE7aIPC/zSwzbEepm8N22qk1a449sb
-----END PRIVATE KEY-----`;

/** The smallest cloud there can be: it says what it was asked, or goes on saying so. */
const echo = (calls: CloudCall[] = []): Cloud => ({
  operationOf: ({ url }) => ({ service: "echo", operation: url.slice(1) }),
  answer: async ({ url, body }, call) => {
    calls.push(call);
    async function* forever() {
      for (;;) {
        yield Buffer.from("again ");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    return { status: 200, headers: {}, body: url === "/forever" ? forever() : body, told: { input: url } };
  },
  close: async () => {},
});

function serve(cloud: Cloud, more: Partial<EmulatorServerOptions> = {}) {
  const clock = new VirtualClock();
  const [faults, journal] = [new Faults(), new Journal()];
  const control = new ControlEndpoint({ clock, faults, faultKinds: {}, journal, about: { cloud: "echo" } });
  return { journal, server: new EmulatorServer({ cloud, control, clock, faults, journal, ...more }) };
}

test("speaks TLS where a cloud needs it", async () => {
  const { server } = serve(echo(), { tls: { certificate, key } });
  const url = await server.listen();
  expect(url).toMatch(/^https:/);
  const said = await new Promise<string>((resolve, reject) => {
    request(`${url}/x`, { method: "POST", ca: certificate }, (answer) => answer.once("data", (piece) => resolve(String(piece))))
      .on("error", reject)
      .end("secret");
  });
  expect(said).toBe("secret");
  await server.close();
});

test("passes messages both ways where the cloud takes them, and on to where it says, over TLS too", async () => {
  const calls: CloudCall[] = [];
  const accept: Cloud["accept"] = ({ url }) =>
    url !== "/talk"
      ? undefined
      : async (socket) => {
          for await (const message of socket.messages) {
            if (message === "bye") return;
            await socket.send(Buffer.from(`got ${typeof message} ${String(message)}`));
          }
        };
  const { server } = serve({ ...echo(calls), accept }, { tls: { certificate, key } });
  const url = await server.listen();
  const said: string[] = [];
  const socket = new WebSocket(`${url.replace("https:", "wss:")}/talk`, { ca: certificate });
  socket.on("message", (bytes: Buffer) => said.push(String(bytes)));
  await once(socket, "open");
  for (const message of ["one", Buffer.from("two"), "bye"]) socket.send(message);
  expect((await once(socket, "close"))[0]).toBe(1000);
  expect(said).toEqual(["got string one", "got object two"]);
  const stranger = new WebSocket(`${url.replace("https:", "wss:")}/nothing`, { ca: certificate });
  expect(String((await once(stranger, "error", {}).catch((error: Error) => [error]))[0])).toMatch(/404/);
  await new Promise<void>((resolve) => request(`${url}/x`, { method: "POST", ca: certificate }, () => resolve()).end());
  expect(calls[0]?.origin).toBe(url);
  await server.close();
});

test("closes also while somebody reads an answer without an end, and tells the cloud of it", async () => {
  const calls: CloudCall[] = [];
  const { server } = serve(echo(calls));
  const url = await server.listen();
  const answer = await fetch(`${url}/forever`);
  const cut = expect(answer.text()).rejects.toThrow();
  await server.close();
  await cut;
  expect(calls[0]?.signal.aborted).toBe(true);
  await expect(fetch(url)).rejects.toThrow();
});

test("tells the cloud when whoever asked is gone", async () => {
  const calls: CloudCall[] = [];
  const { server } = serve(echo(calls));
  const url = await server.listen();
  const abort = new AbortController();
  const answer = await fetch(`${url}/forever`, { signal: abort.signal });
  abort.abort();
  await expect(answer.text()).rejects.toThrow();
  while (!calls[0]?.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  await server.close();
});

test("is reached from this machine alone, and writes down what it was asked", async () => {
  const { server, journal } = serve(echo());
  const { hostname, port } = new URL(await server.listen());
  expect(hostname).toBe("127.0.0.1");
  await fetch(`http://127.0.0.1:${port}/one`, { method: "POST", body: "12345" });
  expect(journal.entries()).toMatchObject([{ service: "echo", operation: "one", status: 200, input: "/one" }]);
  const other = connect({ host: "::1", port: Number(port) });
  await expect(new Promise((resolve, reject) => other.once("connect", resolve).once("error", reject))).rejects.toThrow();
  await server.close();
});

test("says so when its port is taken", async () => {
  const { server } = serve(echo());
  const port = Number(new URL(await server.listen()).port);
  await expect(serve(echo()).server.listen(port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  await server.close();
});
