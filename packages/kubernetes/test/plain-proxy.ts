import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node";

/** Speaks plain HTTP on a port of 127.0.0.1, and to the API server as the kubeconfig says: so faults can be put in between. */
export async function plainProxy(
  config: KubeConfig,
  /** Answers in the server's place, where it has an answer for a path: for an API that the cluster at hand does not have. */
  answerFor: (path: string) => Promise<object | undefined> = async () => undefined,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const base = new URL(config.getCurrentCluster()?.server ?? "");
  const onward = async (incoming: IncomingMessage): Promise<http.ClientRequest> => {
    const secured: https.RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(secured);
    const { host: _host, ...headers } = incoming.headers;
    return https.request(new URL(incoming.url ?? "/", base), {
      ...secured,
      agent: false,
      method: incoming.method,
      headers: { ...headers, ...(secured.headers as http.OutgoingHttpHeaders) },
    });
  };
  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const own = await answerFor(incoming.url ?? "/");
    if (own !== undefined) return void response.setHeader("content-type", "application/json").end(JSON.stringify(own));
    const outgoing = await onward(incoming);
    response.once("close", () => outgoing.destroy());
    outgoing
      .once("error", () => response.destroy())
      .once("response", (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        response.flushHeaders();
        answer.on("error", () => response.destroy()).pipe(response);
      });
    incoming.pipe(outgoing);
  };
  const server = http.createServer((incoming, response) => void pass(incoming, response).catch(() => response.destroy()));
  // The server counts them no more once they are upgraded, and waits for them all the same when it is closed.
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (incoming, client: Duplex) => {
    upgraded.add(client.once("close", () => upgraded.delete(client)));
    void onward(incoming).then((outgoing) => {
      outgoing
        .on("error", () => client.destroy())
        .once("upgrade", (answer, socket, head) => {
          const lines = answer.rawHeaders.flatMap((name, index, all) => (index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : []));
          client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
          client.write(head);
          socket.on("error", () => client.destroy()).pipe(client);
          client.on("error", () => socket.destroy()).pipe(socket);
          client.once("close", () => socket.destroy());
          // Nothing reads it any more once there is nowhere to write to: nor would its end be heard.
          socket.once("close", () => client.resume());
        });
      outgoing.once("response", () => client.destroy());
      outgoing.end();
    });
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const client of upgraded) client.destroy();
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { port: (server.address() as AddressInfo).port, close };
}
