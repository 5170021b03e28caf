import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { LongshoreError } from "@longshore/core";
import type { DockerConfig } from "./docker-config.ts";

/** What the client connects to. */
export interface EngineAddress {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly protocol?: "http" | "https";
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}
type Environment = Readonly<Record<string, string | undefined>>;
interface Where {
  readonly environment: Environment;
  readonly home: string;
}

const refuse = (message: string, cause?: unknown): LongshoreError =>
  new LongshoreError(message, { code: "invalid-config", operation: "open", cause });

async function readCertificates(folder: string): Promise<Pick<EngineAddress, "ca" | "cert" | "key">> {
  const read = (name: string): Promise<string> =>
    readFile(join(folder, name), "utf8").catch((error: unknown) => {
      throw refuse(`certificates: ${join(folder, name)} cannot be read; expected ca.pem, cert.pem and key.pem`, error);
    });
  const [ca, cert, key] = await Promise.all([read("ca.pem"), read("cert.pem"), read("key.pem")]);
  return { ca, cert, key };
}

async function addressOf(host: string, certificates: string | undefined): Promise<EngineAddress> {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const url = URL.canParse(host) ? new URL(host.replace(/^tcp:/, "http:")) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw refuse(`host: ${JSON.stringify(host)} is not supported; expected unix://PATH or tcp://HOST:PORT`);
  }
  const tls = certificates === undefined ? {} : await readCertificates(certificates);
  const secure = certificates !== undefined || url.protocol === "https:";
  // 2375 and 2376 are what IANA registered for Docker without and with TLS.
  const port = Number(url.port || (secure ? 2376 : 2375));
  return { host: url.hostname, port, protocol: secure ? "https" : "http", ...tls };
}

interface ContextMeta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string } };
}

/** As docker/cli stores them: folders named by the SHA-256 of the context's name. */
async function contextAddress(name: string, folder: string): Promise<EngineAddress> {
  const digest = createHash("sha256").update(name).digest("hex");
  const file = join(folder, "contexts", "meta", digest, "meta.json");
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw refuse(`context: there is no Docker context ${JSON.stringify(name)}; see docker context ls`, error);
  });
  const host = (JSON.parse(text) as ContextMeta).Endpoints?.docker?.Host;
  if (host === undefined) throw refuse(`context: the Docker context ${JSON.stringify(name)} names no engine`);
  const certificates = join(folder, "contexts", "tls", digest, "docker");
  const hasTls = await access(join(certificates, "ca.pem")).then(
    () => true,
    () => false,
  );
  return addressOf(host, hasTls ? certificates : undefined);
}

async function currentContext(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, "config.json"), "utf8").catch(() => "{}");
  try {
    return (JSON.parse(text) as { readonly currentContext?: string }).currentContext;
  } catch {
    return undefined; // a broken file is Docker's own client's to complain about
  }
}

async function defaultSocket({ environment, home }: Where): Promise<EngineAddress> {
  const rootless = environment["XDG_RUNTIME_DIR"];
  const candidates = [
    "/var/run/docker.sock",
    ...(rootless === undefined ? [] : [join(rootless, "docker.sock")]),
    join(home, ".docker", "run", "docker.sock"),
  ];
  for (const socketPath of candidates) {
    const isThere = await access(socketPath).then(
      () => true,
      () => false,
    );
    if (isThere) return { socketPath };
  }
  return { socketPath: "/var/run/docker.sock" };
}

/**
 * The order of Docker's own client: what was configured, DOCKER_HOST, DOCKER_CONTEXT, the current context, then the usual
 * sockets (docs.docker.com/engine/manage-resources/contexts, docs.docker.com/engine/security/rootless).
 */
export async function findEngine(
  config: DockerConfig,
  { environment, home }: Where = { environment: process.env, home: homedir() },
): Promise<EngineAddress> {
  const folder = environment["DOCKER_CONFIG"] ?? join(home, ".docker");
  const verified = (environment["DOCKER_TLS_VERIFY"] ?? "") !== "";
  const certificates = config.certificates ?? (verified ? (environment["DOCKER_CERT_PATH"] ?? folder) : undefined);
  if (config.host !== undefined) return addressOf(config.host, certificates);
  if (config.context !== undefined) return contextAddress(config.context, folder);
  const host = environment["DOCKER_HOST"];
  if (host !== undefined && host !== "") return addressOf(host, certificates);
  const context = environment["DOCKER_CONTEXT"] ?? (await currentContext(folder));
  if (context !== undefined && context !== "" && context !== "default") return contextAddress(context, folder);
  return defaultSocket({ environment, home });
}
