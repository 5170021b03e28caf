import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import Dockerode from "dockerode";

const exec = promisify(execFile);

export const image = "busybox:1.35";
const socketPath = "/var/run/docker.sock";
export const bareEngine = (): Dockerode => new Dockerode({ socketPath });

/** Runs Docker's own command. */
export const docker = async (...args: readonly string[]): Promise<string> => (await exec("docker", args)).stdout;

export const engineAnswers = (): Promise<boolean> =>
  docker("image", "inspect", image).then(
    () => true,
    () => false,
  );
/** Letters and digits, as owners and names take them. */
export const randomName = (): string => `bench${randomBytes(5).toString("hex")}`;
