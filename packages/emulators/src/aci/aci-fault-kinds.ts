import type { FaultKinds } from "../read-fault-rule.ts";
import { deploymentFaultKinds } from "./group-trouble.ts";

/**
 * What Container Instances can be told to do wrong. Beside those of deployments: `aci:slow-stop` and `aci:slow-delete` take so much
 * longer; `aci:delete-failure`: the operation fails late, and the group is still there; `aci:lingers-after-delete`: it is still seen for
 * `ms`; `aci:stale-list`: groups of the last `ms` are not in the list yet; `aci:stale-view`: a Get is answered as the one before it was, if that was not longer than `ms` ago; `aci:empty-page`: a page of nothing, with a link to the next
 * one; `aci:late-logs`: what was said in the last `ms` is not there yet; `aci:truncated-logs`: only the last so many `bytes` of whole lines are; `aci:empty-logs`: there is nothing; `aci:break-socket`: the
 * connection of an exec or an attach breaks after so many bytes of output.
 */
export const aciFaultKinds: FaultKinds = {
  ...deploymentFaultKinds,
  "aci:slow-stop": { ms: "number" },
  "aci:slow-delete": { ms: "number" },
  "aci:delete-failure": { "message?": "string" },
  "aci:lingers-after-delete": { ms: "number" },
  "aci:stale-list": { ms: "number" },
  "aci:stale-view": { ms: "number" },
  "aci:empty-page": {},
  "aci:late-logs": { ms: "number" },
  "aci:truncated-logs": { bytes: "number" },
  "aci:empty-logs": {},
  "aci:break-socket": { "afterBytes?": "number" },
};
