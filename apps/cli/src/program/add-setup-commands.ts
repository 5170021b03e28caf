import type { DoctorFlags } from "../commands/doctor.ts";
import type { InitFlags } from "../commands/init.ts";
import type { RuntimesFlags } from "../commands/runtimes.ts";
import type { CommandParts } from "./command-parts.ts";

const runtimesHelp = `
Exits with 125 when none answers.

Examples:
  $ longshore runtimes
  $ longshore runtimes --runtime docker --json`;

const doctorHelp = `
One line for each thing that is needed, with a hint where it is missing. Exits with 125 when something is wrong.

Examples:
  $ longshore doctor
  $ longshore doctor -f services.yaml
  $ longshore doctor --config ci.yaml --json`;

const initHelp = `
To where --config says, else ./longshore.yaml.

Examples:
  $ longshore init
  $ longshore init --config ci.yaml --force`;

const completionHelp = `
Examples:
  $ source <(longshore completion bash)
  $ source <(longshore completion zsh)
  $ longshore completion fish > ~/.config/fish/completions/longshore.fish`;

export function addSetupCommands({ program, on, bare }: CommandParts): void {
  program
    .command("runtimes")
    .description("show each configured runtime: its health and what it can do")
    .option("-q, --quiet", "print names alone, and ask none of them")
    .action((flags: RuntimesFlags) => on(async (session) => (await import("../commands/runtimes.ts")).runtimes(session, flags)))
    .addHelpText("after", runtimesHelp);
  program
    .command("doctor")
    .description("find out why it does not work here")
    .option("-f, --file <specs.yaml>", "also look for the secrets that these specs use")
    .action((flags: DoctorFlags) => bare(async (session) => (await import("../commands/doctor.ts")).doctor(session, flags)))
    .addHelpText("after", doctorHelp);
  program
    .command("init")
    .description("write a commented longshore.yaml to begin with")
    .option("--force", "write over a file that is there")
    .action((flags: InitFlags) => bare(async (session) => (await import("../commands/init.ts")).init(session, flags)))
    .addHelpText("after", initHelp);
  program
    .command("completion <shell>")
    .usage("bash|zsh|fish")
    .description("print what makes a shell complete this command's words")
    .action((shell: string) =>
      bare(async (session) => (await import("../commands/completion.ts")).completion(session, shell, program)),
    )
    .addHelpText("after", completionHelp);
}
