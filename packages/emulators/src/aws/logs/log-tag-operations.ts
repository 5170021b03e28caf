import type { AwsCall, AwsOperation } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { parseGroupArn } from "./find-log-group.ts";
import { invalidParameter } from "./log-errors.ts";
import type { LogStore } from "./log-store.ts";

type Tags = Map<string, string>;
interface ByArn {
  readonly resourceArn: string;
}
interface ByName {
  readonly logGroupName: string;
}

/** What the service allows on one resource. */
const tagLimit = 50;

function addTags(tags: Tags, added: Readonly<Record<string, string>>, resourceName: string): object {
  const all = new Map([...tags, ...Object.entries(added)]);
  if (all.size > tagLimit)
    throw new ModelledError("TooManyTagsException", `A resource can have ${tagLimit} tags.`, { fields: { resourceName } });
  for (const [key, value] of all) tags.set(key, value);
  return {};
}
function removeTags(tags: Tags, keys: readonly string[]): object {
  for (const key of keys) tags.delete(key);
  return {};
}
const listTags = (tags: Tags): object => (tags.size === 0 ? {} : { tags: Object.fromEntries(tags) });

/** Tags of groups, by ARN and, as it used to be, by name. */
export function logTagOperations(store: LogStore): Readonly<Record<string, AwsOperation>> {
  const byArn = ({ resourceArn }: ByArn): Tags => {
    const place = parseGroupArn(resourceArn);
    if (!place) throw invalidParameter(`Invalid resource ARN: ${resourceArn}`);
    return store.group(place).tags;
  };
  const byName = ({ logGroupName }: ByName, { account, region }: AwsCall): Tags =>
    store.group({ account, region, group: logGroupName }).tags;
  return {
    TagResource: async (input: ByArn & { readonly tags: Record<string, string> }) =>
      addTags(byArn(input), input.tags, input.resourceArn),
    UntagResource: async (input: ByArn & { readonly tagKeys: readonly string[] }) => removeTags(byArn(input), input.tagKeys),
    ListTagsForResource: async (input: ByArn) => listTags(byArn(input)),
    TagLogGroup: async (input: ByName & { readonly tags: Record<string, string> }, call) => {
      const tags = byName(input, call);
      if (new Set([...tags.keys(), ...Object.keys(input.tags)]).size > tagLimit)
        throw invalidParameter(`A log group can have ${tagLimit} tags.`);
      return addTags(tags, input.tags, input.logGroupName);
    },
    UntagLogGroup: async (input: ByName & { readonly tags: readonly string[] }, call) =>
      removeTags(byName(input, call), input.tags),
    ListTagsLogGroup: async (input: ByName, call) => listTags(byName(input, call)),
  };
}
