import type { EndpointsFlags } from "../commands/endpoints.ts";
import type { UpFlags } from "../commands/up.ts";
import type { CommandParts } from "./command-parts.ts";

const upHelp = `
What is not there is started; a service that is there with another spec is updated, one that was stopped is resumed. A task
keeps its spec for ever: the same id with another is refused. Nothing begins before every spec was found fit for its runtime.

Examples:
  $ longshore up -f services.yaml
  $ longshore up -f web.yaml --name web-2 --runtime docker
  $ longshore up -f services.yaml --detach --json

services.yaml, one spec, a list, or several documents:
  kind: service
  id: web
  image: busybox:1.35
  command: [httpd, -f, -p, "8080", -h, /tmp]
  ports: [{ port: 8080 }]
  replicas: 2
  readiness: { port: 8080 }
  ---
  kind: task
  id: seed-1
  runtime: local
  command: [sh, -c, "echo seeded"]`;

const updateHelp = `
As up, for services that are there already. What was ready stays ready where the new spec does not come up.

Examples:
  $ longshore update -f services.yaml
  $ longshore update -f web.yaml --name web-2`;

const restartHelp = `
Every instance anew, one after the other where the spec says rolling. A stopped service is resumed.

Examples:
  $ longshore restart web`;

const resumeHelp = `
The same service, with its spec, its id and its logs. No effect on one that runs.

Examples:
  $ longshore stop web; longshore resume web`;

const endpointsHelp = `
Ask again when a connection fails: instances come and go.

Examples:
  $ longshore endpoints web
  $ curl "http://$(longshore endpoints web --quiet --port 8080 | head -n 1)/"
  $ longshore endpoints web --json`;

const waiting = {
  wait: "until services are ready and tasks have begun, as the spec's readiness.timeoutMs allows (the default)",
  detach: "do not wait until it is ready; an update is seen to its end all the same",
};

function addUpAndUpdate({ program, on }: CommandParts): void {
  const declare = (name: "up" | "update", description: string, help: string): void => {
    program
      .command(name)
      .description(description)
      .option("-f, --file <specs.yaml>", "the specs of tasks and services")
      .option("--name <id>", "take the place of the id, in a file with one spec")
      .option("--wait", waiting.wait)
      .option("-d, --detach", waiting.detach)
      .action((flags: UpFlags) => on(async (session) => (await import("../commands/up.ts"))[name](session, flags)))
      .addHelpText("after", help);
  };
  declare("up", "start tasks and services from a file, or update them", upHelp);
  declare("update", "give services that are there the spec of a file", updateHelp);
}

export function addServiceCommands(parts: CommandParts): void {
  const { program, on } = parts;
  addUpAndUpdate(parts);
  const declare = (name: "restart" | "resume", description: string, help: string): void => {
    program
      .command(`${name} <id>`)
      .description(description)
      .action((id: string) => on(async (session) => (await import("../commands/change-service.ts"))[name](session, id)))
      .addHelpText("after", help);
  };
  declare("restart", "replace every instance of a service", restartHelp);
  declare("resume", "take the stop of a service back", resumeHelp);
  program
    .command("endpoints <id>")
    .description("show where a workload's ready instances can be reached")
    .option("--port <port>", "only this port of the spec")
    .option("-q, --quiet", "print HOST:PORT alone")
    .action((id: string, flags: EndpointsFlags) =>
      on(async (session) => (await import("../commands/endpoints.ts")).endpoints(session, id, flags)),
    )
    .addHelpText("after", endpointsHelp);
}
