import { idRule, isWorkloadId } from "./ids.ts";
import type { Problem } from "./plan.ts";
import {
  type Check,
  filledText,
  flag,
  listOf,
  mapOf,
  matching,
  oneOf,
  parsedBy,
  shape,
  text,
  wholeNumber,
} from "./spec-checks.ts";
import { parseCpu, parseMemory } from "./units.ts";

/** What setTimeout can wait (a signed 32-bit number of milliseconds); about 24.8 days. */
const longestMs = 2_147_483_647;
/** Environment and arguments together: what Linux grants at the usual stack limit of 8 MiB is 2 MiB (execve(2)); half of it. */
const largestProgramBytes = 1_048_576;

/** ECS takes 5,000 tasks for a service (its service quotas), the most of the backends here; 0 is `stop`. */
const mostReplicas = 5_000;

const variable = { pattern: /^[A-Za-z_][A-Za-z0-9_]*$/, expected: "a name of letters, digits and _, no digit first" };
const labelKey = {
  pattern: /^(?!longshore\.)[A-Za-z0-9]([-A-Za-z0-9_./]{0,61}[A-Za-z0-9])?$/,
  expected: "a label of at most 63 letters, digits, - _ . / that does not begin with longshore.",
};
const optionsKey = { pattern: /^[a-z][a-z0-9-]*$/, expected: "the name of a runtime" };
const absolute = matching(/^\/[^\0]*$/, "an absolute path");
const milliseconds = wholeNumber(1, longestMs);
const port = wholeNumber(1, 65_535);
const capabilities = listOf(matching(/^[A-Z][A-Z_]*$/, "a Linux capability such as NET_RAW, or ALL"));

const secretSource: Check = (value, path) => {
  const problems = shape({ backend: filledText, resolve: filledText })(value, path);
  if (problems.length > 0) return problems;
  return Object.keys(value as object).length === 1 ? [] : [{ path, message: "expected either backend or resolve" }];
};
const secretUse: Check = (value, path) => {
  const problems = shape({ backend: filledText, resolve: filledText, as: oneOf("env", "file") }, ["as"])(value, path);
  if (problems.length > 0) return problems;
  const { as: _as, ...source } = value as { readonly as: string };
  return secretSource(source, path);
};
const plainObject: Check = shape({});
const anyMapping: Check = (value, path) =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? [] : plainObject(value, path);

const common: Readonly<Record<string, Check>> = {
  kind: oneOf("task", "service"),
  id: (value, path) => (isWorkloadId(value) ? [] : matching(/(?!)/, idRule)(value, path)),
  image: matching(/^[a-zA-Z0-9][^\s\0]{0,511}$/, "an image such as registry.example/name:tag or name@sha256:…"),
  entrypoint: listOf(text),
  command: listOf(text),
  env: mapOf(text, variable),
  secrets: mapOf(secretUse, variable),
  resources: shape({
    cpu: parsedBy(parseCpu),
    memory: parsedBy(parseMemory),
    ephemeralStorage: parsedBy(parseMemory),
    gpu: wholeNumber(1),
  }),
  platform: matching(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/, "a platform such as linux/amd64"),
  identity: shape({ taskRole: filledText, executionRole: filledText }),
  registryCredentials: secretSource,
  pullPolicy: oneOf("always", "if-absent", "never"),
  workingDirectory: absolute,
  user: matching(/^[A-Za-z0-9_][-A-Za-z0-9_.]*(:[A-Za-z0-9_][-A-Za-z0-9_.]*)?$/, "a user, or user:group"),
  init: flag,
  tty: flag,
  stdin: flag,
  hardening: shape({ readOnlyRoot: flag, noNewPrivileges: flag, drop: capabilities, add: capabilities }),
  ports: listOf(shape({ port, protocol: oneOf("tcp", "udp"), publish: port }, ["port"])),
  mounts: listOf(shape({ volume: filledText, path: absolute, readOnly: flag }, ["volume", "path"])),
  stopGraceMs: wholeNumber(0, longestMs),
  labels: mapOf(matching(/^[^\0\n]{0,256}$/, "at most 256 characters on one line"), labelKey),
  options: mapOf(anyMapping, optionsKey),
};
const task: Check = shape(
  {
    ...common,
    timeoutMs: milliseconds,
    pendingTimeoutMs: milliseconds,
    interruptible: flag,
  },
  ["kind", "id"],
);
const service: Check = shape(
  {
    ...common,
    replicas: wholeNumber(1, mostReplicas),
    restart: oneOf("always", "on-failure"),
    readiness: shape(
      { port, path: matching(/^\/[!-~]*$/, "a path such as /ready"), periodMs: milliseconds, timeoutMs: milliseconds },
      ["port"],
    ),
    update: oneOf("rolling", "recreate"),
    drainMs: wholeNumber(0, longestMs),
  },
  ["kind", "id"],
);

interface Program {
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}
/** Each string ends with a NUL in the kernel's copy, a variable also has its `=`. */
function programProblems({ env = {}, entrypoint = [], command = [] }: Program): readonly Problem[] {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const bytes = [...variables, ...entrypoint, ...command].reduce((sum, part) => sum + Buffer.byteLength(part) + 1, 0);
  if (bytes <= largestProgramBytes) return [];
  return [{ path: "env", message: `with entrypoint and command ${bytes} bytes, at most ${largestProgramBytes} are possible` }];
}

/** Whatever can be said of a spec without knowing the backend. For untyped input: it trusts nothing. */
export function checkSpec(spec: unknown): readonly Problem[] {
  const kind = (spec as { readonly kind?: unknown } | null)?.kind;
  const problems = (kind === "service" ? service : task)(spec, "");
  return problems.length > 0 ? problems : programProblems(spec as Program);
}
