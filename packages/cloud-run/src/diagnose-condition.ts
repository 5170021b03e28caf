import { diagnose, type Diagnosis, type DiagnosisCode } from "@longshore/core";
import type { protos } from "@google-cloud/run";

type Condition = protos.google.cloud.run.v2.ICondition;

/** Why a job or an execution could not begin (REST reference, CommonReason). */
const conditionCodes: Readonly<Record<string, DiagnosisCode>> = {
  CONTAINER_PERMISSION_DENIED: "image-unauthorized",
  CONTAINER_IMAGE_UNAUTHORIZED: "image-unauthorized",
  CONTAINER_IMAGE_AUTHORIZATION_CHECK_FAILED: "image-unauthorized",
  SECRETS_ACCESS_CHECK_FAILED: "invalid-config",
  ENCRYPTION_KEY_PERMISSION_DENIED: "invalid-config",
  ENCRYPTION_KEY_CHECK_FAILED: "invalid-config",
  VPC_NETWORK_NOT_FOUND: "invalid-config",
  POSTPONED_RETRY: "no-capacity",
};
export function diagnoseCondition({ reason, message }: Condition): Diagnosis {
  const said = [reason, message].filter(Boolean).join(": ");
  if (reason === "CONTAINER_MISSING")
    return /manifest|platform|architecture|exec format/i.test(said) ? diagnose("image-platform", said) : diagnoseImage(said);
  const code = conditionCodes[String(reason)];
  return code === undefined ? diagnoseStart(said) : diagnose(code, said);
}
const diagnoseImage = (said: string): Diagnosis =>
  /no route|timed? ?out|unavailable|registry does not answer/i.test(said)
    ? diagnose("platform-fault", said)
    : diagnose("image-not-found", said);

/** In the words of whatever was to start it. */
export function diagnoseStart(said: string): Diagnosis {
  if (/executable file not found|no such file or directory|ENOENT|not found/i.test(said))
    return diagnose("command-not-found", said);
  if (/exec format error/i.test(said)) return diagnose("image-platform", said);
  if (/permission denied|is a directory|EACCES/i.test(said)) return diagnose("command-not-executable", said);
  if (/quota|capacity|resources? (?:is|are) (?:not available|exhausted)/i.test(said)) return diagnose("no-capacity", said);
  return diagnose("platform-fault", said);
}
