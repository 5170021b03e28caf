import type { DeploymentConfiguration } from "./ecs-shapes.ts";

/** Between these a threshold in percent stays, unless it is unbounded. */
const [fewest, most] = [3, 200];

/** After how many failed tasks a deployment has failed; undefined where none is too many. */
export function failureThreshold(
  { deploymentCircuitBreaker: breaker }: DeploymentConfiguration,
  desired: number,
): number | undefined {
  if (!breaker?.enable) return undefined;
  const { type = "BOUNDED_PERCENT", value = 50 } = breaker.thresholdConfiguration ?? {};
  const share = Math.ceil((desired * value) / 100);
  switch (type) {
    case "COUNT":
      return value;
    case "UNBOUNDED_PERCENT":
      return Math.max(1, share);
    case "BOUNDED_PERCENT":
      return Math.min(most, Math.max(fewest, share));
  }
}
