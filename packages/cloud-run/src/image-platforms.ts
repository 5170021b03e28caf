/** A reference as Docker reads it. */
interface Reference {
  readonly registry: string;
  readonly repository: string;
  readonly version: string;
}
const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
/** A registry that takes longer is not waited for: a check is no reason to. */
const limitMs = 10_000;

function readReference(image: string): Reference {
  const [first = "", ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const path = isHost ? rest.join("/") : image;
  const [, name = path, version = "latest"] = /^([^@:]+)(?:[:@](.+))?$/.exec(path) ?? [];
  const digest = /@(sha256:[0-9a-f]+)$/.exec(path)?.[1];
  const official = !isHost && !name.includes("/") ? `library/${name}` : name;
  return { registry: isHost ? first : "registry-1.docker.io", repository: official, version: digest ?? version };
}
const isLocal = (registry: string): boolean => /^(localhost|127\.0\.0\.1)(:|$)/.test(registry);

type Ask = (path: string) => Promise<Response>;
/** Where the registry says so, with a token that it gives to anybody. */
async function openRegistry({ registry, repository }: Reference, own: string | undefined, signal: AbortSignal): Promise<Ask> {
  const base = `${isLocal(registry) ? "http" : "https"}://${registry}/v2`;
  let bearer = /(^|\.)(pkg\.dev|gcr\.io)$/.test(registry) ? own : undefined;
  const send = (path: string): Promise<Response> =>
    fetch(`${base}${path}`, { signal, headers: { accept, ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) } });
  return async (path) => {
    const first = await send(path);
    const challenge = /Bearer realm="([^"]+)"(?:,service="([^"]+)")?/.exec(first.headers.get("www-authenticate") ?? "");
    if (first.status !== 401 || challenge === null || bearer !== undefined) return first;
    const [, realm = "", service = ""] = challenge;
    const answer = await fetch(`${realm}?service=${encodeURIComponent(service)}&scope=repository:${repository}:pull`, { signal });
    ({ token: bearer } = (await answer.json()) as { readonly token?: string });
    return send(path);
  };
}
interface Manifest {
  readonly manifests?: readonly { readonly platform?: { readonly os?: string; readonly architecture?: string } }[];
  readonly config?: { readonly digest?: string };
}

/** Such as `linux/amd64`; undefined where the registry does not tell, or not us. */
export async function imagePlatforms(
  image: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const reference = readReference(image);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  try {
    const ask = await openRegistry(reference, token, limited);
    const { repository, version } = reference;
    const answer = await ask(`/${repository}/manifests/${version}`);
    if (!answer.ok) return undefined;
    const { manifests, config } = (await answer.json()) as Manifest;
    if (manifests !== undefined)
      return manifests.flatMap(({ platform }) => (platform === undefined ? [] : [`${platform.os}/${platform.architecture}`]));
    const blob = await ask(`/${repository}/blobs/${config?.digest ?? ""}`);
    if (!blob.ok) return undefined;
    const { os, architecture } = (await blob.json()) as { readonly os?: string; readonly architecture?: string };
    return [`${os}/${architecture}`];
  } catch (error) {
    signal.throwIfAborted();
    // Whoever is no registry, or not to be reached from here, may well be reached by Cloud Run.
    return error === undefined ? [] : undefined;
  }
}
