import { readFileSync } from "node:fs";
import { Command } from "commander";
import { explain } from "./commands/explain.ts";
import { inspect } from "./commands/inspect.ts";
import { logs, type LogsFlags } from "./commands/logs.ts";
import { ps } from "./commands/ps.ts";
import { rm } from "./commands/rm.ts";
import { run, type RunFlags } from "./commands/run.ts";
import { stop } from "./commands/stop.ts";
import { wait } from "./commands/wait.ts";
import { addSpecOptions } from "./add-spec-options.ts";
import * as help from "./help-texts.ts";
import type { Session } from "./session.ts";
import { flagError } from "./spec/flag-error.ts";
import type { SpecFlags } from "./spec/spec-flags.ts";

export interface GlobalFlags {
  readonly config?: string;
  readonly runtime?: string;
  readonly owner?: string;
  readonly json?: boolean;
}
type Body = (session: Session) => Promise<number>;
export interface ProgramParts {
  readonly argv: readonly string[];
  /** Told what the chosen subcommand is to do; runs it with the flags that hold for all. */
  readonly begin: (flags: GlobalFlags, body: Body) => Promise<void>;
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string }).version;

/** Words before `--` are refused: they look like an image or a command and would be neither. */
function afterDashes(argv: readonly string[], operands: readonly string[]): readonly string[] {
  const at = argv.indexOf("--");
  const command = at < 0 ? [] : argv.slice(at + 1);
  if (operands.length === command.length) return command;
  const [stray] = operands;
  throw flagError(
    String(stray),
    `unexpected; the command comes after --, the image with --image, as in: longshore run -- echo hello`,
  );
}

function addLookingCommands(program: Command, on: (body: Body) => Promise<void>): void {
  program
    .command("ps")
    .description("list the owner's workloads, running and ended")
    .action(() => on(ps))
    .addHelpText("after", help.ps);
  program
    .command("inspect <id>")
    .description("show everything that is known of a workload")
    .action((id: string) => on((session) => inspect(session, id)))
    .addHelpText("after", help.inspect);
  program
    .command("logs <id>")
    .description("show a workload's output, each stream on its own")
    .option("-f, --follow", "go on until it has ended and everything was shown")
    .option("--since <cursor>", "go on after the line with this cursor (see --json), or from a time (RFC 3339) on")
    .option("--tail <lines>", "begin with the last so many lines")
    .action((id: string, flags: LogsFlags) => on((session) => logs(session, id, flags)))
    .addHelpText("after", help.logs);
  program
    .command("wait <id>")
    .description("wait for a task's end and exit as it did")
    .action((id: string) => on((session) => wait(session, id)))
    .addHelpText("after", help.wait);
}

function addEndingCommands(program: Command, on: (body: Body) => Promise<void>): void {
  program
    .command("stop <id>")
    .description("stop a workload; its state and logs stay")
    .option("--grace <duration>", "between the polite signal and the killing one (default: the task's own, else 10s)")
    .action((id: string, flags: { readonly grace?: string }) => on((session) => stop(session, id, flags)))
    .addHelpText("after", help.stop);
  program
    .command("rm <id>")
    .description("take a workload away, with its state and logs; absent is no error")
    .action((id: string) => on((session) => rm(session, id)))
    .addHelpText("after", help.rm);
}

/** The whole command line. Parses only: what a subcommand does begins in `begin`. */
export function createProgram({ argv, begin }: ProgramParts): Command {
  const program = new Command("longshore");
  program
    .description("One way to run work on any backend: local processes, Docker, and what plugins add.")
    .option("--config <file>", "the config (default: ./longshore.yaml, else local processes and Docker)")
    .option("--runtime <name>", "the runtime in the config (default: for run the config's; elsewhere all are asked)")
    .option("--owner <name>", "in whose name: one owner never sees another's work (default: the config's, else cli)")
    .option("--json", "print one JSON object per line")
    .version(version())
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {}, ...(!process.stdout.isTTY && { getOutHasColors: () => false }) })
    .exitOverride()
    .addHelpText("after", help.program);
  const on = (body: Body): Promise<void> => begin(program.opts(), body);
  const runCommand = program
    .command("run [command...]")
    .usage("[options] -- CMD…")
    .description("run a task, show its output, exit as it does");
  addSpecOptions(runCommand)
    .option("-d, --detach", "print the id and leave the task running")
    .option("--keep", "keep the task after its end, for logs and inspect")
    .action((operands: string[], flags: RunFlags) => on(async (session) => run(session, flags, afterDashes(argv, operands))))
    .addHelpText("after", help.run);
  const explainCommand = program
    .command("explain [command...]")
    .usage("[options] -- CMD…")
    .description("show what run would send, change or refuse");
  addSpecOptions(explainCommand)
    .action((operands: string[], flags: SpecFlags) => on(async (session) => explain(session, flags, afterDashes(argv, operands))))
    .addHelpText("after", help.explain);
  addLookingCommands(program, on);
  addEndingCommands(program, on);
  return program;
}
