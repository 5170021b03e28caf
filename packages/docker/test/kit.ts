import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { openRuntime, type Owner, owner, type Runtime, type TaskSpec, type WorkloadId, workloadId } from "@longshore/core";
import { type DockerCapabilities, type DockerConfig, runtime as docker } from "@longshore/docker";
import type { TestContext } from "vitest";

const run = promisify(execFile);
export const image = "busybox:1.35";

/** What the engine's own client says. */
export const native = async (...words: readonly string[]): Promise<string> => (await run("docker", words)).stdout.trim();

const answers: Promise<boolean> = native("version", "--format", "{{.Server.Version}}").then(
  () => true,
  () => false,
);
export async function needEngine(context: TestContext): Promise<void> {
  if (!(await answers)) context.skip("requires docker: no engine answers");
}

export const someOwner = (): Owner => owner(`t${randomBytes(6).toString("hex")}`);
export const open = (who: Owner, config: DockerConfig = {}, more: object = {}): Promise<Runtime<DockerCapabilities>> =>
  openRuntime(docker.with(config), { owner: who, ...more });

export const sh = (id: string, script: string, more: Partial<TaskSpec> = {}): TaskSpec & { readonly id: WorkloadId } => ({
  kind: "task",
  id: workloadId(id),
  image,
  command: ["sh", "-c", script],
  ...more,
});
export const texts = async (runtime: Runtime, id: WorkloadId, follow = true): Promise<readonly string[]> => {
  const found: string[] = [];
  for await (const record of runtime.logs(id, { follow })) found.push("gap" in record ? `<${record.gap}>` : record.text);
  return found;
};
/** Everything of an owner's, whatever went wrong. */
export async function cleanUp(who: Owner): Promise<void> {
  const ours = ["--filter", `label=longshore.owner=${who}`, "-q"];
  const containers = (await native("ps", "-a", ...ours).catch(() => "")).split("\n").filter(Boolean);
  if (containers.length > 0) await native("rm", "-fv", ...containers).catch(() => {});
  const volumes = (await native("volume", "ls", ...ours).catch(() => "")).split("\n").filter(Boolean);
  if (volumes.length > 0) await native("volume", "rm", ...volumes).catch(() => {});
}

/** Not by the engine: what the engine was asked to kill, it takes for stopped. */
export async function killFromOutside(container: string): Promise<void> {
  process.kill(Number(await native("inspect", "--format", "{{.State.Pid}}", container)), "SIGKILL");
}
