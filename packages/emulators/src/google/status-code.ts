/** The codes of google.rpc.Code, with their numbers in gRPC and the HTTP statuses that REST answers them with. */
const statusCodes = {
  OK: [0, 200],
  CANCELLED: [1, 499],
  UNKNOWN: [2, 500],
  INVALID_ARGUMENT: [3, 400],
  DEADLINE_EXCEEDED: [4, 504],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  RESOURCE_EXHAUSTED: [8, 429],
  FAILED_PRECONDITION: [9, 400],
  ABORTED: [10, 409],
  OUT_OF_RANGE: [11, 400],
  UNIMPLEMENTED: [12, 501],
  INTERNAL: [13, 500],
  UNAVAILABLE: [14, 503],
  DATA_LOSS: [15, 500],
  UNAUTHENTICATED: [16, 401],
} as const;

export type StatusCode = keyof typeof statusCodes;

export const isStatusCode = (name: string): name is StatusCode => Object.hasOwn(statusCodes, name);
export const codeNumberOf = (code: StatusCode): number => statusCodes[code][0];
export const httpStatusOf = (code: StatusCode): number => statusCodes[code][1];
