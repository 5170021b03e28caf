import type { EmulateFlags } from "../commands/emulate.ts";
import type { CommandParts } from "./command-parts.ts";

const emulateHelp = `
ecs         ECS on Fargate and CloudWatch Logs, and what of EC2, IAM, Secrets Manager, SSM and STS goes with them
cloud-run   Cloud Run and Cloud Logging over gRPC and REST, and what of IAM and Secret Manager goes with them
aci         Azure Container Instances over HTTPS, with a certificate that it makes itself

The containers really run, on Docker or as plain processes, and end with it. It prints how to point SDKs and CLIs at it.
Only this machine reaches it. A file of faults is a list of rules in YAML or JSON, such as
  - { operation: "ecs:RunTask", fault: { kind: throttle }, probability: 0.1 }

Examples:
  $ longshore emulate ecs
  $ longshore emulate ecs --port 0 --engine process --json
  $ longshore emulate ecs --faults faults.yaml --seed 7
  $ longshore emulate ecs --realistic --speed 60
  $ longshore emulate cloud-run --port 4520 --rest-port 4521
  $ longshore emulate aci --ca-out aci.pem
  $ longshore emulate aci --port 4530 --http`;

export function addEmulateCommand({ program, bare }: CommandParts): void {
  program
    .command("emulate <cloud>")
    .usage("ecs|cloud-run|aci")
    .description("serve a cloud's API here, for work without an account")
    .option("--port <number>", "on 127.0.0.1; 0 takes any that is free", "4510")
    .option("--rest-port <number>", "of REST, where gRPC has the other port (default: any that is free)")
    .option("--http", "plain HTTP, where a cloud is reached over HTTPS (aci)")
    .option("--ca-out <file>", "where the certificate to trust is written to (aci)")
    .option("--engine <engine>", "docker or process (default: docker where an engine answers)")
    .option("--faults <file>", "what goes wrong, in YAML or JSON (default: nothing)")
    .option("--seed <number>", "what faults with a probability are drawn from", "1")
    .option("--realistic", "states last as long as in the cloud, and its rate limits hold")
    .option("--speed <factor>", "how many times as fast as real time its clock goes", "1")
    .action((cloud: string, flags: EmulateFlags) =>
      bare(async (session) => (await import("../commands/emulate.ts")).emulate(session, cloud, flags)),
    )
    .addHelpText("after", emulateHelp);
}
