import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expandVariables } from "../src/config/expand-variables.ts";
import { openConfigured, readConfig } from "../src/index.ts";
import { Bench } from "./cli-kit.ts";

test("variables are expanded in every string, and nowhere else", () => {
  const environment = { A: "1", EMPTY: "", B_2: "${A}" };
  const { value, problems } = expandVariables(
    { "${A}": ["x${A}y", 5, null, true], inner: { a: "${EMPTY}", b: "${EMPTY:-or}", c: "${NO:-}", d: "$${A} $A", e: "${B_2}" } },
    environment,
  );
  expect(problems).toEqual([]);
  expect(value).toEqual({ "${A}": ["x1y", 5, null, true], inner: { a: "", b: "or", c: "", d: "${A} $A", e: "${A}" } });
});

test("every variable that is missing is told of with its path", () => {
  const { problems } = expandVariables({ a: ["${NO}"], b: { c: "${NOT} ${1}" } }, {});
  expect(problems.map(({ path, message }) => `${path}: ${message}`)).toEqual([
    "a.0: the variable NO is not set; set it, or write ${NO:-default}",
    "b.c: the variable NOT is not set; set it, or write ${NOT:-default}",
    "b.c: got ${1}, expected ${NAME} or ${NAME:-default}; $${ stands for a plain ${",
  ]);
});

test("a config says owner, default and runtimes; the first runtime is the default of last resort", async () => {
  await using bench = await Bench.open();
  const file = join(bench.folder, "c.yaml");
  await writeFile(
    file,
    "owner: ${TEAM:-team}\nruntimes:\n  fast: { use: local-process, stateDir: '${DIR}/x' }\n  far: { use: docker }\n",
  );
  const config = await readConfig({ file, environment: { DIR: "/tmp" } });
  expect(config).toEqual({
    file,
    folder: bench.folder,
    owner: "team",
    defaultRuntime: "fast",
    runtimes: { fast: { use: "local-process", stateDir: "/tmp/x" }, far: { use: "docker" } },
  });
  expect((await readConfig({ file, owner: "me", environment: { DIR: "" } })).owner).toBe("me");
});

/** What a third party would publish: a package for `import` alone, whose definition is written by hand. */
const plugin = `
const issue = (value) => ("size" in value ? { value } : { issues: [{ message: "is missing", path: ["size"] }] });
const schema = (validate) => ({ "~standard": { version: 1, vendor: "test", validate } });
export const runtime = {
  specVersion: "v1", name: "toy", traits: {},
  with: (config) => ({
    name: "toy", traits: {},
    async open(host) {
      if (!("size" in config)) throw new Error("no size");
      return {
        driver: { capabilities: {}, ping: async () => {}, classify: () => undefined, [Symbol.asyncDispose]: async () => {},
          plan: () => ({ problems: [], adjustments: [], requests: [{ owner: host.owner, size: config.size }] }) },
        options: schema((value) => ({ value })),
      };
    },
  }),
};`;

test("a plugin is found from the config's folder, also one that only import sees", async () => {
  await using bench = await Bench.open();
  const folder = join(bench.folder, "node_modules/@acme/toy");
  await mkdir(join(folder, "lib"), { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "@acme/toy", type: "module", exports: { ".": { types: "./no.d.ts", import: "./lib/toy.js" } } }),
  );
  await writeFile(join(folder, "lib/toy.js"), plugin);
  await bench.write("c.yaml", "runtimes: { toy: { use: '@acme/toy', size: 3 } }");
  const file = join(bench.folder, "c.yaml");
  const runtime = await openConfigured(await readConfig({ file }), "toy");
  expect([runtime.name, runtime.plugin]).toEqual(["toy", "toy"]);
  const { code, stdout } = await bench.run(["explain", "--config", file, "--", "true"]);
  expect([code, stdout]).toEqual([0, `sends     {"owner":"${bench.owner}","size":3}\n`]);
});

test("only the plugins that are used are loaded", async () => {
  await using bench = await Bench.open();
  const folder = join(bench.folder, "node_modules/bomb");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "bomb", type: "module", exports: "./bomb.js" }));
  await writeFile(join(folder, "bomb.js"), "throw new Error('boom\\nboom');");
  await bench.write("longshore.yaml", "default: local\nruntimes: { local: { use: local-process }, bomb: { use: bomb } }");
  expect(await bench.run(["run", "--", "echo", "fine"])).toEqual({ code: 0, stdout: "fine\n", stderr: "" });
  const { code, stderr } = await bench.run(["run", "--runtime", "bomb", "--", "echo"]);
  expect(stderr).toBe("longshore: longshore.yaml: runtimes.bomb.use: the package bomb cannot be loaded: boom boom\n");
  expect(code).toBe(2);
  await bench.write("longshore.yaml", "runtimes: { local: { use: local-process } }");
});
