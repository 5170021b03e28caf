import { createHash } from "node:crypto";
import type { Container, ExecutionTemplate, TaskTemplate } from "./run-shapes.ts";

/** Documented. */
const defaultLimits = { cpu: "1000m", memory: "512Mi" };
const defaultTimeout = "600s";
const defaultRetries = 3;

/** A project's number, always the same for its id. */
export const projectNumberOf = (project: string): string =>
  String(10 ** 11 + (createHash("sha256").update(project).digest().readUInt32BE() % 10 ** 9));

/** Whose rights a container has where nobody says otherwise. */
export const defaultAccountOf = (project: string): string => `${projectNumberOf(project)}-compute@developer.gserviceaccount.com`;

export const withContainerDefaults = (container: Container): Container => ({
  ...container,
  resources: { ...container.resources, limits: { ...defaultLimits, ...container.resources?.limits } },
});

function withTaskDefaults(template: TaskTemplate, project: string): TaskTemplate {
  return {
    ...template,
    containers: template.containers.map(withContainerDefaults),
    maxRetries: template.maxRetries ?? defaultRetries,
    timeout: template.timeout ?? defaultTimeout,
    serviceAccount: template.serviceAccount || defaultAccountOf(project),
    executionEnvironment: template.executionEnvironment ?? "EXECUTION_ENVIRONMENT_GEN2",
  };
}

/** A job's template with what the service adds to it. */
export const withTemplateDefaults = (template: ExecutionTemplate, project: string): ExecutionTemplate => ({
  ...template,
  taskCount: template.taskCount || 1,
  template: withTaskDefaults(template.template, project),
});
