import type { AwsCall } from "../aws-service.ts";
import { invalidParameter } from "./log-errors.ts";
import type { LogGroupPlace } from "./log-store.ts";

const arnForm = /^arn:[\w-]+:logs:([\w-]+):(\d{12}):log-group:([^:]+?)(:\*)?$/;

/** A group by its ARN, with or without the `:*` at its end; none where the text is no such ARN. */
export function parseGroupArn(text: string): LogGroupPlace | undefined {
  const [, region, account, group] = arnForm.exec(text) ?? [];
  return region && account && group ? { region, account, group } : undefined;
}

/** A group by its name, in the caller's account and region, or by its ARN. */
export function identifyGroup(identifier: string, { account, region }: AwsCall): LogGroupPlace {
  const place = identifier.startsWith("arn:") ? parseGroupArn(identifier) : { account, region, group: identifier };
  if (!place) throw invalidParameter(`Invalid log group identifier: ${identifier}`);
  return place;
}

export interface GroupReference {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
}

/** The group that a request is about: it has to have exactly one of the two. */
export function placeOfGroup({ logGroupName, logGroupIdentifier }: GroupReference, call: AwsCall): LogGroupPlace {
  const identifier = logGroupName ?? logGroupIdentifier;
  if (identifier === undefined || (logGroupName !== undefined && logGroupIdentifier !== undefined))
    throw invalidParameter("Exactly one of logGroupName and logGroupIdentifier must be specified.");
  return identifyGroup(identifier, call);
}
