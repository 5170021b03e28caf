import { ModelledError } from "../aws/modelled-error.ts";

/** The request's values are wrong. */
export const invalidParameter = (message: string): ModelledError => new ModelledError("InvalidParameterException", message);

/** The caller asks for what cannot be, such as a resource that is not there. */
export const clientError = (message: string): ModelledError => new ModelledError("ClientException", message);

export const clusterNotFound = (): ModelledError => new ModelledError("ClusterNotFoundException", "Cluster not found.");

export const serviceNotFound = (): ModelledError => new ModelledError("ServiceNotFoundException", "Service not found.");

export const serviceNotActive = (): ModelledError => new ModelledError("ServiceNotActiveException", "Service was not ACTIVE.");
