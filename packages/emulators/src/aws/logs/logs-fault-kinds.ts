import type { FaultKinds } from "../../read-fault-rule.ts";

/**
 * What can go wrong with logs alone. `logs:late` and `logs:out-of-order` meet `logs:append` (output of containers) or
 * `logs:PutLogEvents`; `logs:empty-page` meets GetLogEvents and FilterLogEvents; `logs:stale-streams` meets DescribeLogStreams.
 */
export const logsFaultKinds: FaultKinds = {
  "logs:late": { ms: "number" },
  "logs:out-of-order": { ms: "number" },
  "logs:empty-page": {},
  "logs:stale-streams": { ms: "number" },
};
