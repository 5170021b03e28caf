import type { LogsFlags } from "../commands/logs.ts";
import type { PsFlags } from "../commands/ps.ts";
import type { StatsFlags } from "../commands/stats.ts";
import type { CommandParts } from "./command-parts.ts";

const psHelp = `
Of a service, EXIT is how an instance ended the last time. A runtime that is down is told of on stderr; the exit code is 125 only
when no runtime answered.

Examples:
  $ longshore ps
  $ longshore ps --runtime docker --json
  $ longshore ps --quiet`;

const inspectHelp = `
Examples:
  $ longshore inspect a1
  $ longshore inspect web --json`;

const logsHelp = `
Lines of a service begin with the instance that wrote them.

Examples:
  $ longshore logs a1 --follow
  $ longshore logs a1 --tail 20
  $ longshore logs web --instance web-1 --follow
  $ longshore logs a1 --since 2026-01-31T12:00:00Z
  $ longshore logs a1 --json                           each line with the cursor to go on from
  $ longshore logs a1 --since v1.WyIwIiwie30iXQ`;

const waitHelp = `
A task that was stopped exits with its own code or 128 + n, and with 143 if it exited with 0 all the same.

Examples:
  $ longshore wait a1; echo $?`;

const statsHelp = `
CPU in thousandths of a core, on average since the sample before; memory in use, caches left out. A live table on a terminal,
elsewhere one line for each sample. Without ids: whatever runs when it begins.

Examples:
  $ longshore stats
  $ longshore stats web --no-stream
  $ longshore stats a1 web --json`;

const eventsHelp = `
Goes on until Ctrl-C. After a resync something was missed, and ps shows what there is.

Examples:
  $ longshore events
  $ longshore events --runtime docker --json`;

function addListing({ program, on }: CommandParts): void {
  program
    .command("ps")
    .description("list the owner's workloads, running and ended")
    .option("-q, --quiet", "print ids alone")
    .action((flags: PsFlags) => on(async (session) => (await import("../commands/ps.ts")).ps(session, flags)))
    .addHelpText("after", psHelp);
  program
    .command("inspect <id>")
    .description("show everything that is known of a workload")
    .action((id: string) => on(async (session) => (await import("../commands/inspect.ts")).inspect(session, id)))
    .addHelpText("after", inspectHelp);
  program
    .command("logs <id>")
    .description("show a workload's output, each stream on its own")
    .option("-f, --follow", "go on until it has ended and everything was shown")
    .option("--since <cursor>", "go on after the line with this cursor (see --json), or from a time (RFC 3339) on")
    .option("--tail <lines>", "begin with the last so many lines")
    .option("--instance <name>", "of one instance of a service alone")
    .option("--no-prefix", "leave out the instance that begins a service's lines")
    .action((id: string, flags: LogsFlags) =>
      on(async (session) => (await import("../commands/logs.ts")).logs(session, id, flags)),
    )
    .addHelpText("after", logsHelp);
}

export function addLookingCommands(parts: CommandParts): void {
  const { program, on } = parts;
  addListing(parts);
  program
    .command("wait <id>")
    .description("wait for a task's end and exit as it did")
    .action((id: string) => on(async (session) => (await import("../commands/wait.ts")).wait(session, id)))
    .addHelpText("after", waitHelp);
  program
    .command("stats [ids...]")
    .description("show the CPU and memory that workloads use")
    .option("--no-stream", "one sample of each instance, then end")
    .action((ids: string[], flags: StatsFlags) =>
      on(async (session) => (await import("../commands/stats.ts")).stats(session, ids, flags)),
    )
    .addHelpText("after", statsHelp);
  program
    .command("events")
    .description("show changes of the owner's workloads as they come")
    .action(() => on(async (session) => (await import("../commands/events.ts")).events(session)))
    .addHelpText("after", eventsHelp);
}
