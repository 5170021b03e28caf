import type { FaultKinds } from "../read-fault-rule.ts";

/**
 * What can go wrong with logs alone. `logging:late` and `logging:out-of-order` meet `logging:append` (output of containers) or
 * `logging:WriteLogEntries`; `logging:empty-page` meets `logging:ListLogEntries`; `logging:suppress` meets `logging:tail`, which
 * is asked for with each entry that a tail would tell of.
 */
export const loggingFaultKinds: FaultKinds = {
  "logging:late": { ms: "number" },
  "logging:out-of-order": { ms: "number" },
  "logging:empty-page": {},
  "logging:suppress": { "reason?": "string" },
};
