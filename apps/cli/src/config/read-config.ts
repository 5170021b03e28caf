import { access } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { expectedWords, LongshoreError, owner, type Problem } from "@longshore/core";
import type { Config } from "./config.ts";
import { expandVariables } from "./expand-variables.ts";
import { readYaml } from "./read-yaml.ts";

export interface ReadConfigOptions {
  /** Default: `longshore.yaml` in the working directory where there is one, else the built-in config. */
  readonly file?: string;
  /** Takes the place of the config's owner. */
  readonly owner?: string;
  /** What `${NAME}` is looked up in. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}
const defaultFile = "longshore.yaml";
const defaultOwner = "cli";
const largestConfigBytes = 1_048_576;

const builtIn = (chosenOwner: string = defaultOwner): Config => ({
  folder: process.cwd(),
  owner: owner(chosenOwner),
  defaultRuntime: "local",
  runtimes: { local: { use: "local-process" }, docker: { use: "docker" } },
});

const refuse = (file: string, problems: readonly Problem[]): LongshoreError => {
  const said = problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  return new LongshoreError(`${file}: ${said}`, { code: "invalid-config", operation: "read", cause: problems });
};

async function readFrom(file: string, options: ReadConfigOptions): Promise<Config> {
  const raw = await readYaml({ file, largestBytes: largestConfigBytes, code: "invalid-config" });
  const { value, problems } = expandVariables(raw, options.environment ?? process.env);
  if (problems.length > 0) throw refuse(file, problems);
  const { configSchema } = await import("./config-schema.ts");
  const { data, error } = configSchema.safeParse(value);
  if (error !== undefined) {
    throw refuse(
      file,
      error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })),
    );
  }
  const names = Object.keys(data.runtimes);
  const defaultRuntime = data.default ?? names[0] ?? "";
  if (!names.includes(defaultRuntime)) {
    const message = `no runtime ${JSON.stringify(defaultRuntime)}; ${expectedWords(defaultRuntime, names)}`;
    throw refuse(file, [{ path: "default", message }]);
  }
  const chosenOwner = owner(options.owner ?? data.owner ?? defaultOwner);
  const folder = dirname(resolve(file));
  const store = data.store === undefined ? {} : { store: resolve(folder, data.store) };
  return { file, folder, owner: chosenOwner, defaultRuntime, ...store, runtimes: data.runtimes };
}

/** Throws `invalid-config`, each problem with the file, its path, what was found and what was expected. */
export async function readConfig(options: ReadConfigOptions = {}): Promise<Config> {
  if (options.file !== undefined) return readFrom(options.file, options);
  // Whatever else is wrong with it, a file that is there counts: it must not be passed over for the built-in config.
  const there = await access(defaultFile).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
  return there ? readFrom(defaultFile, options) : builtIn(options.owner);
}
