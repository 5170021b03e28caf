import { image, whyNoDocker } from "./engine.ts";

/** A runtime of the built-in config, and the flags that a task needs on it. */
export interface Backend {
  readonly name: "local" | "docker";
  readonly flags: readonly string[];
  /** Why it cannot be tested here. */
  readonly obstacle: () => Promise<string | undefined>;
}
export const backends: readonly Backend[] = [
  { name: "local", flags: ["--runtime", "local"], obstacle: async () => undefined },
  { name: "docker", flags: ["--runtime", "docker", "--image", image], obstacle: whyNoDocker },
];
