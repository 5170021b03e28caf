import type { SweepFlags } from "../commands/sweep.ts";
import type { CommandParts } from "./command-parts.ts";

const stopHelp = `
Examples:
  $ longshore stop a1
  $ longshore stop web --grace 30s; longshore resume web`;

const rmHelp = `
Examples:
  $ longshore rm a1`;

const sweepHelp = `
The owner's alone, on all runtimes. Exits with 125 when something could not be cleared; the next sweep tries again.

Examples:
  $ longshore sweep --dry-run
  $ longshore sweep --grace 1h --json`;

export function addEndingCommands({ program, on }: CommandParts): void {
  program
    .command("stop <id>")
    .description("stop a workload; its state and logs stay")
    .option("--grace <duration>", "between the polite signal and the killing one (default: the workload's own, else 10s)")
    .action((id: string, flags: { readonly grace?: string }) =>
      on(async (session) => (await import("../commands/stop.ts")).stop(session, id, flags)),
    )
    .addHelpText("after", stopHelp);
  program
    .command("rm <id>")
    .description("take a workload away, with its state and logs; absent is no error")
    .action((id: string) => on(async (session) => (await import("../commands/rm.ts")).rm(session, id)))
    .addHelpText("after", rmHelp);
  program
    .command("sweep")
    .description("clear what removals left behind, stop tasks past their time limit")
    .option("--dry-run", "only say what would be done")
    .option("--grace <duration>", "let be what is younger: somebody may be at work on it (default: 10m)")
    .action((flags: SweepFlags) => on(async (session) => (await import("../commands/sweep.ts")).sweep(session, flags)))
    .addHelpText("after", sweepHelp);
}
