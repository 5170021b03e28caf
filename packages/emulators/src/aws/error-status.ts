import type { ModelledError } from "./modelled-error.ts";
import type { ServiceModel } from "./service-model.ts";

/** The status of an error: its own, what the model says, 500 for the service's own failures, else 400. */
export function errorStatus(model: ServiceModel, error: ModelledError): number {
  const shape = model.shapes[error.code];
  const ownFailure = shape?.fault === true || error.code === "InternalFailure";
  return error.status ?? shape?.error?.httpStatusCode ?? (ownFailure ? 500 : 400);
}
