/** Docker's own registry, by the name that kubelets look for. */
const defaultRegistry = "https://index.docker.io/v1/";

/** The first part of an image's name is a registry where it looks like a host (github.com/distribution/reference). */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : defaultRegistry;
}

function readCredentials(value: string): { readonly username: string; readonly password: string } {
  if (value.startsWith("{")) {
    const { username = "", password = "" } = JSON.parse(value) as { readonly username?: string; readonly password?: string };
    return { username, password };
  }
  const colon = value.indexOf(":");
  return { username: value.slice(0, Math.max(0, colon)), password: value.slice(colon + 1) };
}

/** What a Secret of type `kubernetes.io/dockerconfigjson` holds, of `user:password` or `{"username":…,"password":…}`. */
export function toDockerConfig(image: string, value: string): string {
  const { username, password } = readCredentials(value);
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [registryOf(image)]: { username, password, auth } } });
}
