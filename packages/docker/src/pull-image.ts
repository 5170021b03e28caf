import type Dockerode from "dockerode";
import { LongshoreError, type WorkloadSpec } from "@longshore/core";
import { type Call, type Host, resolveSecret, readJsonLines } from "@longshore/core/driver";
import { classifyDockerError, classifyImageError } from "./classify-docker-error.ts";
import type { Engine } from "./engine.ts";
import { PullProgress } from "./pull-progress.ts";

interface PullMessage {
  readonly error?: string;
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}
interface ImageInfo {
  readonly Os: string;
  readonly Architecture: string;
}
interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

/** As docker/cli tells a registry from a repository's first part; Docker Hub's address is historical (docker/cli, registry). */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? first : "https://index.docker.io/v1/";
}

function parseCredentials(text: string, image: string): Credentials {
  const serveraddress = registryOf(image);
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) {
    try {
      const { username, password } = JSON.parse(trimmed) as Partial<Credentials>;
      if (username !== undefined && password !== undefined) return { username, password, serveraddress };
    } catch {
      // Refused below, without the text that did not parse: it is a secret.
    }
  }
  const colon = trimmed.startsWith("{") ? -1 : trimmed.indexOf(":");
  if (colon > 0) return { username: trimmed.slice(0, colon), password: trimmed.slice(colon + 1), serveraddress };
  const message = 'registryCredentials: expected a secret of the form user:password or {"username":…,"password":…}';
  throw new LongshoreError(message, { code: "invalid-spec", operation: "start" });
}

async function findImage(engine: Engine, image: string, call: Call): Promise<ImageInfo | undefined> {
  try {
    return (await engine.call("image inspect", call.signal, (docker, abortSignal) =>
      docker.getImage(image).inspect({ abortSignal } as Dockerode.ImageInspectOptions),
    )) as ImageInfo;
  } catch (error) {
    if ((error as { readonly statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** The variant (`linux/arm/v7`) is left to the engine: it chooses by it, and does not always report it. */
const isFor = ({ Os, Architecture }: ImageInfo, platform: string | undefined): boolean =>
  platform === undefined || platform === `${Os}/${Architecture}` || platform.startsWith(`${Os}/${Architecture}/`);

async function pull(engine: Engine, request: { readonly image: string; readonly options: object }, call: Call): Promise<void> {
  const { image, options } = request;
  // Before the answer: a registry may take long to give one.
  const progress = new PullProgress(image, call.report);
  const body = (await engine.lasting("pull", call.signal, (docker) =>
    docker.pull(image, { ...options, abortSignal: call.signal }),
  )) as NodeJS.ReadableStream & AsyncIterable<Buffer> & { destroy(): void };
  let finished = false;
  try {
    for await (const line of readJsonLines(body)) {
      const message = line as PullMessage;
      // The answer was 200 long ago: what fails now fails inside it.
      if (message.error !== undefined) throw pullFailure(image, message.error);
      finished ||= /^(Status|Digest): /.test(message.status ?? "");
      progress.see(message);
    }
  } finally {
    body.destroy();
  }
  if (!finished) throw pullFailure(image, "the engine's answer ended early");
}

/** What no rule knows is taken for passing: a registry that is away, a connection that broke. */
function pullFailure(image: string, said: string): LongshoreError {
  const { code = "unavailable", message = said } = classifyImageError(said) ?? {};
  return new LongshoreError(`image ${image} cannot be pulled: ${message}`, { code, operation: "start" });
}

/** Has the image on the engine, by the spec's policy and for its platform, or throws why it cannot be had. */
export async function ensureImage(
  { engine, host }: { readonly engine: Engine; readonly host: Host },
  spec: WorkloadSpec,
  call: Call,
): Promise<void> {
  const { image = "", pullPolicy = "if-absent", platform, registryCredentials: source } = spec;
  const there = pullPolicy === "always" ? undefined : await findImage(engine, image, call);
  if (there !== undefined && isFor(there, platform)) return;
  if (pullPolicy === "never") {
    const code = there === undefined ? "image-not-found" : "image-platform";
    const found = there === undefined ? "is not on this engine" : `is there for ${there.Os}/${there.Architecture} only`;
    throw new LongshoreError(`image ${image} ${found}, and pullPolicy is never`, { code, operation: "start" });
  }
  const authconfig =
    source === undefined ? {} : { authconfig: parseCredentials(await resolveSecret(source, host, call.signal), image) };
  const options = { ...authconfig, ...(platform !== undefined && { platform }) };
  await pull(engine, { image, options }, call).catch((error: unknown) => {
    const fault = LongshoreError.is(error) || call.signal.aborted ? undefined : classifyDockerError(error);
    throw fault === undefined ? error : pullFault(image, fault, error);
  });
  const pulled = await findImage(engine, image, call);
  if (pulled === undefined) throw pullFailure(image, "it is not there after a pull that reported no error");
  if (isFor(pulled, platform)) return;
  const message = `image ${image} is for ${pulled.Os}/${pulled.Architecture}, asked for was ${platform}`;
  throw new LongshoreError(message, { code: "image-platform", operation: "start" });
}

/** A 404 is the image's here; the rest is the registry's, and nothing was started, so that nothing is in doubt. */
function pullFault(
  image: string,
  { code, message = "" }: NonNullable<ReturnType<typeof classifyDockerError>>,
  cause: unknown,
): LongshoreError {
  const codes = { "not-found": "image-not-found", internal: "unavailable" } as const;
  const known = code === "not-found" || code === "internal" ? codes[code] : code;
  return new LongshoreError(`image ${image} cannot be pulled: ${message}`, { code: known, operation: "start", cause });
}
