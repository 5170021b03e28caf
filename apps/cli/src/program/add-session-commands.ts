import type { AttachFlags } from "../commands/attach.ts";
import type { CopyFlags } from "../commands/cp.ts";
import type { ExecFlags } from "../commands/exec.ts";
import { collect, type CommandParts } from "./command-parts.ts";

const execHelp = `
Beside the program, in the same surroundings. With -t Ctrl-C goes to the command; without, it leaves the command to itself.

Examples:
  $ longshore exec a1 -- ls -l /
  $ longshore exec -it web --instance web-1 -- sh
  $ longshore exec -i a1 -- sh -c 'cat > /tmp/notes' < notes.txt
  $ longshore exec --env LEVEL=debug --workdir /tmp a1 -- env`;

const attachHelp = `
From now on; logs shows what came before. Nothing is typed into the program unless -i or -t says so. Ctrl-C leaves, and the
program goes on; with -t Ctrl-C goes to the program, and ctrl-p ctrl-q leaves. With -i the end of stdin is the end of the
program's.

Examples:
  $ longshore attach a1
  $ longshore attach -t a1
  $ longshore attach -t --detach-keys ctrl-x,x a1`;

const cpHelp = `
One side is ID:PATH. As cp has it: into a folder that is there, else under the name that is given. - is a tar archive on stdin
or stdout. Files belong to root in a container, and to whoever copies here. Into a service a copy goes to every instance.

Examples:
  $ longshore cp notes.txt a1:/tmp
  $ longshore cp a1:/etc/hosts ./hosts-of-a1
  $ longshore cp ./site web:/srv
  $ longshore cp a1:/var/log - | tar t
  $ tar c site | longshore cp - a1:/srv`;

const example = "the command comes after --, as in: longshore exec a1 -- ls /";

function addExec({ program, argv, on }: CommandParts): void {
  program
    .command("exec <id> [command...]")
    .usage("[options] ID -- CMD…")
    .description("run a command beside a workload's program, exit as it does")
    .option("-i, --interactive", "pass stdin on")
    .option("-t, --tty", "give it a terminal; with -i yours")
    .option("--instance <name>", "in this instance (default: the first that runs)")
    .option("--env <K=V>", "set a variable (again for more)", collect)
    .option("--workdir <folder>", "the working directory, an absolute path")
    .option("--user <user>", "run as user, or user:group")
    .action((id: string, operands: string[], flags: ExecFlags) =>
      on(async (session) => {
        const { afterDashes } = await import("./after-dashes.ts");
        const command = afterDashes({ argv, operands, example });
        return (await import("../commands/exec.ts")).exec(session, id, { flags, command });
      }),
    )
    .addHelpText("after", execHelp);
}

export function addSessionCommands(parts: CommandParts): void {
  const { program, on } = parts;
  addExec(parts);
  program
    .command("attach <id>")
    .description("show a program's output as it comes, and type into it")
    .option("-i, --interactive", "pass stdin on, its end too")
    .option("-t, --tty", "pass each key on at once, from your terminal to the program's")
    .option("--instance <name>", "this instance (default: the first that runs)")
    .option("--detach-keys <keys>", "what leaves a terminal (default: ctrl-p,ctrl-q)")
    .action((id: string, flags: AttachFlags) =>
      on(async (session) => (await import("../commands/attach.ts")).attach(session, id, flags)),
    )
    .addHelpText("after", attachHelp);
  program
    .command("cp <source> <destination>")
    .description("copy files and folders into a workload or out of it")
    .option("--instance <name>", "this instance (default: out of the first, into all)")
    .action((source: string, destination: string, flags: CopyFlags) =>
      on(async (session) => (await import("../commands/cp.ts")).cp(session, [source, destination], flags)),
    )
    .addHelpText("after", cpHelp);
}
