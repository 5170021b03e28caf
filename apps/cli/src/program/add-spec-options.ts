import type { Command } from "commander";
import { collect } from "./command-parts.ts";

/** The flags that describe a task, the same wherever one is asked for. */
export const addSpecOptions = (command: Command): Command =>
  command
    .option("-f, --file <spec.yaml>", "read the spec from a file; flags take the place of what it says")
    .option("--image <image>", "a container image, tag or digest; none on a runtime of processes")
    .option("--id <id>", "your name for it, used once: lowercase letters, digits, hyphens (default: a generated one)")
    .option("--env <K=V>", "set a variable (again for more); none is inherited", collect)
    .option("--secret <K=SOURCE>", "env:NAME or file:PATH; the program finds the path of a file with it in K_FILE", collect)
    .option("--cpu <cpu>", "at most so many cores: 0.5, 500m")
    .option("--memory <memory>", "at most so much memory: 256Mi, 2Gi")
    .option("--timeout <duration>", "end it after so long: 90s, 5m, 2h")
    .option("--grace <duration>", "between the polite signal and the killing one (default: 10s)")
    .option("--workdir <folder>", "the working directory, an absolute path")
    .option("--user <user>", "run as user, or user:group")
    .option("--label <K=V>", "attach a label (again for more)", collect)
    .option("--pull <policy>", "when to pull the image: always, missing, never (default: missing)")
    .option("--platform <platform>", "for images of several platforms: linux/amd64")
    .option("-i, --interactive", "connect stdin, on runtimes that can attach")
    .option("-t, --tty", "give it a terminal: with -i yours, so that Ctrl-C goes to the program");
