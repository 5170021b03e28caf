/** What goes with an error over the wire. */
export interface ModelledErrorOptions {
  /** Members of the error's shape besides the message. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** HTTP status. Default: what the service's model says, else 400. */
  readonly status?: number;
}

/** An error that a service answers with, in the words of its model. Operations throw it; the protocol writes it. */
export class ModelledError extends Error {
  /** Name of the error's shape: `ClusterNotFoundException`. */
  readonly code: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly status: number | undefined;

  constructor(code: string, message: string, options: ModelledErrorOptions = {}) {
    super(message);
    this.name = "ModelledError";
    this.code = code;
    this.fields = options.fields ?? {};
    this.status = options.status;
  }
}

/** The errors that every service answers with, though no model names them for an operation. */
export const commonErrorCodes: readonly string[] = [
  "AccessDeniedException",
  "IncompleteSignatureException",
  "InternalFailure",
  "MissingAuthenticationTokenException",
  "SerializationException",
  "ServiceUnavailableException",
  "ThrottlingException",
  "UnknownOperationException",
  "UnrecognizedClientException",
  "ValidationException",
];
