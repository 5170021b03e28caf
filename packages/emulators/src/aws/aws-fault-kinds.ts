import type { FaultKinds } from "../read-fault-rule.ts";

/**
 * What can go wrong with any call of AWS. `aws:error`: nothing is done, and the answer is the error of this code
 * (`AccessDeniedException`), with the status of the service's model unless another is given.
 */
export const awsFaultKinds: FaultKinds = {
  "aws:error": { code: "string", "message?": "string", "status?": "number" },
};
