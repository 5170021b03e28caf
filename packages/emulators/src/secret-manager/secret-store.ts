import type { Clock } from "../clock.ts";
import { GoogleError, notFound } from "../google/google-error.ts";
import type { GoogleMessage } from "../google/google-service.ts";

export type VersionState = "ENABLED" | "DISABLED" | "DESTROYED";

export interface SecretVersion {
  /** `projects/…/secrets/…/versions/1` */
  readonly name: string;
  readonly createdAt: number;
  state: VersionState;
  destroyedAt?: number;
  data: Buffer;
}

export interface Secret {
  readonly name: string;
  readonly createdAt: number;
  /** What was said when it was made, such as labels and replication. */
  readonly spec: GoogleMessage;
  readonly versions: SecretVersion[];
}

const nameForm = /^projects\/([^/]+)\/secrets\/([A-Za-z0-9_-]{1,255})$/;

/** The secrets of every project. */
export class SecretStore {
  readonly #clock: Clock;
  readonly #secrets = new Map<string, Secret>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws `ALREADY_EXISTS`, `INVALID_ARGUMENT` */
  create(name: string, spec: GoogleMessage = {}): Secret {
    if (!nameForm.test(name)) throw new GoogleError("INVALID_ARGUMENT", `'${name}' is no name of a secret.`);
    if (this.#secrets.has(name)) throw new GoogleError("ALREADY_EXISTS", `Secret [${name}] already exists.`);
    const secret: Secret = { name, createdAt: this.#clock.now(), spec, versions: [] };
    this.#secrets.set(name, secret);
    return secret;
  }

  /** @throws `NOT_FOUND` */
  get(name: string): Secret {
    const secret = this.#secrets.get(name);
    if (!secret) throw notFound(name);
    return secret;
  }

  /** In the order of their names. */
  list(parent: string): readonly Secret[] {
    const all = [...this.#secrets.values()].filter(({ name }) => name.startsWith(`${parent}/`));
    return all.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  delete(name: string): void {
    this.get(name);
    this.#secrets.delete(name);
  }

  addVersion(secret: Secret, data: Buffer): SecretVersion {
    const name = `${secret.name}/versions/${secret.versions.length + 1}`;
    const version: SecretVersion = { name, createdAt: this.#clock.now(), state: "ENABLED", data };
    secret.versions.push(version);
    return version;
  }

  /** By its number or `latest`. @throws `NOT_FOUND` */
  version(name: string): SecretVersion {
    const [secretName = "", id = ""] = name.split("/versions/");
    const { versions } = this.get(secretName);
    const version = id === "latest" ? versions.at(-1) : versions[Number(id) - 1];
    if (!version) throw notFound(name);
    return version;
  }

  /** What containers are given. A secret is named by its id, or by its whole name. */
  find(project: string, secret: string, version: string): string | undefined {
    const name = secret.includes("/") ? secret : `projects/${project}/secrets/${secret}`;
    const versions = this.#secrets.get(name)?.versions ?? [];
    const found = version === "latest" ? versions.at(-1) : versions[Number(version) - 1];
    return found?.state === "ENABLED" ? found.data.toString("utf8") : undefined;
  }

  /** Gives a secret another version, and makes the secret where there is none. @throws TypeError for a name that is none. */
  seed(name: string, value: string): void {
    if (!nameForm.test(name))
      throw new TypeError(`${name} is no name of a secret: projects/PROJECT/secrets/SECRET, or SECRET alone`);
    this.addVersion(this.#secrets.get(name) ?? this.create(name), Buffer.from(value));
  }
}
