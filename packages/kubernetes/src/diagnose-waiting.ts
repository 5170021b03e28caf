import type { V1Pod } from "./objects.ts";
import { diagnose, type Diagnosis } from "@longshore/core";
import { label, mainContainer } from "./object-names.ts";

export interface Waiting {
  /** The kubelet's reason and message, in one line. */
  readonly said: string;
  /** Why it will never start; absent where waiting may help. */
  readonly hopeless?: Diagnosis;
}

const missing =
  /manifest .*unknown|manifest .*not found|not found: manifest|no such image|repository .*not found|name unknown|does not exist|: not found/i;
const refused =
  /unauthorized|authentication required|no basic auth credentials|incorrect username or password|access .*denied|403 forbidden/i;
const otherPlatform = /no matching manifest|no match for platform|does not match the (specified|detected) .*platform/i;

/** A registry's word is all there is on why a pull failed; what is not known to be final may pass. */
function diagnosePull(said: string): Diagnosis | undefined {
  if (otherPlatform.test(said)) return diagnose("image-platform", said);
  if (refused.test(said)) return diagnose("image-unauthorized", said);
  return missing.test(said) ? diagnose("image-not-found", said) : undefined;
}

/** Names of ours begin with the pod's, or with what the pod's begins with. */
function isOurSecret({ metadata }: V1Pod, message: string): boolean {
  const [, secret = ""] = /secret "([^"]+)" not found/.exec(message) ?? [];
  const name = metadata?.name ?? "";
  const bearer = metadata?.labels?.[label.kind] === "service" ? name.split("-").slice(0, -2).join("-") : name;
  return secret.startsWith(`${bearer}-secrets`);
}

/** What a container that has not started yet waits for. */
export function diagnoseWaiting(pod: V1Pod): Waiting | undefined {
  const waiting = pod.status?.containerStatuses?.find(({ name }) => name === mainContainer)?.state?.waiting;
  if (waiting?.reason === undefined) return undefined;
  const { reason, message = "" } = waiting;
  const said = (message === "" ? reason : `${reason}: ${message}`).replace(/\s+/g, " ").trim();
  const because = (hopeless: Diagnosis | undefined): Waiting => (hopeless === undefined ? { said } : { said, hopeless });
  switch (reason) {
    case "InvalidImageName":
    case "ErrImageNeverPull":
      return because(diagnose("image-not-found", said));
    case "ErrImagePull":
    case "ImagePullBackOff":
      return because(diagnosePull(said));
    case "CreateContainerConfigError":
      // Our own Secret is created right after the pod.
      return because(isOurSecret(pod, message) ? undefined : diagnose("invalid-config", said));
    default:
      return { said };
  }
}
