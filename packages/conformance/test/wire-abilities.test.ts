import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { type FaultPlan, type FaultRoute, type Route, wireAbilities } from "@longshore/conformance";
import { afterAll, beforeAll, expect, test } from "vitest";

/** Counts what reaches it; `/stream` answers bit by bit. */
const heard: string[] = [];
const server = http.createServer((request, response) => {
  const body: Buffer[] = [];
  request.on("data", (chunk: Buffer) => body.push(chunk));
  request.on("end", () => {
    heard.push(`${request.method} ${request.url} ${Buffer.concat(body).toString()}`);
    if (request.url !== "/stream") return void response.end(`answer to ${request.url}`);
    response.write("x".repeat(100));
    setTimeout(() => response.end("y".repeat(100)), 50);
  });
});
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => void server.close());

const route = (plan: FaultPlan): Promise<FaultRoute> => {
  const backend: Route = { port: (server.address() as AddressInfo).port };
  const options = {
    backend,
    plugin: { module: "none" },
    config: () => ({}),
    isStream: ({ path }: { path: string }) => path === "/stream",
  };
  return wireAbilities(options).faults.route(plan);
};
/** What came, and whether the connection broke. */
async function ask(
  { socketPath = "" }: Route,
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly text: string; readonly broken: boolean }> {
  const request = http.request({ socketPath, path, method: "POST", agent: false, ...(signal && { signal }) });
  request.end("hello");
  let text = "";
  try {
    const [response] = (await once(request, "response")) as [http.IncomingMessage];
    for await (const chunk of response) text += String(chunk);
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
}

test("without a fault everything passes, and is counted", async () => {
  await using through = await route({ kind: "none" });
  expect(await ask(through.through, "/a")).toEqual({ text: "answer to /a", broken: false });
  expect(await ask(through.through, "/stream")).toEqual({ text: "x".repeat(100) + "y".repeat(100), broken: false });
  expect([through.requests(), through.injected()]).toEqual([2, 0]);
  await expect.poll(() => through.connections()).toBe(0);
});
test("a dropped request never arrives, the one before it does", async () => {
  await using through = await route({ kind: "drop-request", at: 1 });
  expect(await ask(through.through, "/before")).toEqual({ text: "answer to /before", broken: false });
  expect(await ask(through.through, "/dropped")).toEqual({ text: "", broken: true });
  expect(heard.filter((line) => line.includes("/dropped"))).toEqual([]);
  expect(through.injected()).toBe(1);
});
test("a lost answer is one to a request that arrived", async () => {
  await using through = await route({ kind: "lose-reply", at: 0 });
  expect(await ask(through.through, "/lost")).toEqual({ text: "", broken: true });
  expect(heard).toContain("POST /lost hello");
  expect(await ask(through.through, "/after")).toEqual({ text: "answer to /after", broken: false });
});
test("streams are cut a little later each time, then no more", async () => {
  await using through = await route({ kind: "cut-streams", times: 1 });
  expect(await ask(through.through, "/stream")).toEqual({ text: "xxxxx", broken: true });
  expect(await ask(through.through, "/stream")).toMatchObject({ broken: false });
  expect(through.injected()).toBe(1);
});
test("a silent backend answers nothing, and whoever leaves frees the connection", async () => {
  await using through = await route({ kind: "hang", at: 0 });
  const control = new AbortController();
  const asking = ask(through.through, "/silent", control.signal);
  await expect.poll(() => through.connections()).toBe(1);
  await expect.poll(() => through.injected()).toBe(1);
  control.abort();
  expect(await asking).toEqual({ text: "", broken: true });
  await expect.poll(() => through.connections()).toBe(0);
});
test("a slow answer comes late", async () => {
  await using through = await route({ kind: "delay", ms: 200 });
  const begun = performance.now();
  expect(await ask(through.through, "/slow")).toEqual({ text: "answer to /slow", broken: false });
  expect(performance.now() - begun).toBeGreaterThan(190);
});
