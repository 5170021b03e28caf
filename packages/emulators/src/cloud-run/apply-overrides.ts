import { invalid } from "../google/google-error.ts";
import { checkTaskCount, checkTimeout } from "./check-job.ts";
import type { Container, EnvVar, ExecutionTemplate, Overrides } from "./run-shapes.ts";

type ContainerOverride = NonNullable<Overrides["containerOverrides"]>[number];

function mergeVariables(own: readonly EnvVar[] = [], others: readonly EnvVar[] = []): readonly EnvVar[] {
  const names = new Set(others.map(({ name }) => name));
  return [...own.filter(({ name }) => !names.has(name)), ...others];
}

function applyTo(container: Container, { args = [], env, clearArgs }: ContainerOverride): Container {
  const variables = mergeVariables(container.env, env);
  const { args: own = [], ...rest } = container;
  const chosen = args.length > 0 ? args : clearArgs ? [] : own;
  return { ...rest, args: chosen, ...(variables.length > 0 && { env: variables }) };
}

/** A job's template as one run of it wants it. @throws `INVALID_ARGUMENT` */
export function applyOverrides(template: ExecutionTemplate, overrides: Overrides = {}): ExecutionTemplate {
  const { containerOverrides = [], taskCount, timeout } = overrides;
  checkTaskCount("overrides.task_count", taskCount);
  checkTimeout("overrides.timeout", timeout);
  let { containers } = template.template;
  for (const override of containerOverrides) {
    const index = override.name ? containers.findIndex(({ name }) => name === override.name) : 0;
    if (index < 0) throw invalid("overrides.container_overrides", `the job has no container '${override.name}'.`);
    containers = containers.map((container, at) => (at === index ? applyTo(container, override) : container));
  }
  return {
    ...template,
    ...(taskCount && { taskCount }),
    template: { ...template.template, containers, ...(timeout !== undefined && { timeout }) },
  };
}
