import type { FaultCode } from "@longshore/core";

/** What the words of Azure are about; the first that fits counts. */
const byWords: readonly (readonly [RegExp, string])[] = [
  [/not registered to use namespace/i, "run: az provider register --namespace Microsoft.ContainerInstance"],
  [/resource group .*not be found/i, "create the resource group, or set resourceGroup in the config"],
  [/provided location/i, "set location in the config to one of those that the message names"],
  [/subscription/i, "set subscription in the config"],
  [/not accessible/i, "check the image's name, and registryCredentials"],
  [/dns name label/i, "choose another options.aci.dnsNameLabel"],
  [/not available in the location/i, "ask for less, or set another location in the config"],
];
const byCode: Partial<Record<FaultCode, string>> = {
  "permission-denied": "give the role of @longshore/aci's README; `longshore doctor` names what is missing",
  unauthenticated: "sign in with `az login`, or set credentials in the config",
  "quota-exceeded": "remove what has ended, or ask Azure for a higher quota",
};

/** What the reader can do about an error of Azure's. */
export const hintOf = (code: FaultCode, message: string): string | undefined =>
  code === "throttled" ? undefined : (byWords.find(([words]) => words.test(message))?.[1] ?? byCode[code]);
