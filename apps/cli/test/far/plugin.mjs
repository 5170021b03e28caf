// A plugin as a third party would write it: its backend is another process, asked over a socket, one connection for each call.
import { connect } from "node:net";
import { createInterface } from "node:readline";

// A Buffer turns itself into numbers before a replacer sees it, so the replacer looks at what it was.
const encode = (value) =>
  JSON.stringify(value, function replace(key, one) {
    const raw = this[key];
    return raw instanceof Uint8Array ? { base64: Buffer.from(raw).toString("base64") } : one;
  });
const decode = (line) =>
  JSON.parse(line, (_key, one) => (typeof one?.base64 === "string" ? Buffer.from(one.base64, "base64") : one));

async function send(socket, name, input) {
  for await (const item of input) if (!socket.destroyed) socket.write(`${encode({ [name]: item })}\n`);
  if (!socket.destroyed) socket.write(`${encode({ end: true })}\n`);
}

async function* answers({ path, owner, limiter }, method, args, signal) {
  await limiter.take(method, signal);
  const socket = connect(path);
  const stop = () => socket.destroy();
  signal.addEventListener("abort", stop);
  try {
    const [first, ...rest] = args;
    const { input, tar, ...plain } = typeof first === "object" && first !== null && !Array.isArray(first) ? first : {};
    socket.write(
      `${encode({ owner, method, args: [typeof first === "string" || Array.isArray(first) ? first : plain, ...rest], typed: input !== undefined || tar !== undefined })}\n`,
    );
    if (input !== undefined || tar !== undefined) void send(socket, "item", input ?? tar);
    for await (const line of createInterface({ input: socket })) {
      const answer = decode(line);
      if (answer.fault !== undefined) throw Object.assign(new Error(answer.fault.message), { fault: answer.fault });
      if (answer.done) return;
      yield answer.item;
    }
    throw Object.assign(new Error("the far process hung up"), {
      fault: { code: "unavailable", message: "the far process hung up" },
    });
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

const anything = { "~standard": { version: 1, vendor: "far", validate: (value) => ({ value }) } };
const traits = {
  isolation: "none",
  logs: "live",
  logTimes: true,
  timeLimit: "backend",
  retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
};

function driverOf(place, plan) {
  const one =
    (method) =>
    async (...args) => {
      for await (const item of answers(place, method, args.slice(0, -1), args.at(-1).signal)) return item;
    };
  const many =
    (method) =>
    (...args) =>
      answers(place, method, args.slice(0, -1), args.at(-1).signal);
  return {
    plan,
    start: one("start"),
    inspect: one("inspect"),
    stop: one("stop"),
    remove: one("remove"),
    list: many("list"),
    logs: many("logs"),
    ping: one("ping"),
    classify: (error) =>
      error?.fault ?? (typeof error?.code === "string" ? { code: "unavailable", message: error.message } : undefined),
    [Symbol.asyncDispose]: async () => {},
    capabilities: {
      services: { update: one("services.update"), restart: one("services.restart"), resume: one("services.resume") },
      endpoints: { endpoints: one("endpoints.endpoints") },
      watch: { watch: many("watch.watch") },
      exec: { exec: many("exec.exec") },
      attach: { attach: many("attach.attach") },
      stats: { stats: many("stats.stats") },
      copy: { copyIn: one("copy.copyIn"), copyOut: many("copy.copyOut") },
    },
  };
}

export const runtime = {
  specVersion: "v1",
  name: "memory",
  traits,
  with: ({ path, core }) => ({
    name: "memory",
    traits,
    async open({ owner, limiter }) {
      const { toMemoryRequest } = await import(core);
      return {
        driver: driverOf({ path, owner, limiter }, (order) =>
          toMemoryRequest(order, { owner, name: `${owner}-${order.spec.id}` }),
        ),
        options: anything,
      };
    },
  }),
};
