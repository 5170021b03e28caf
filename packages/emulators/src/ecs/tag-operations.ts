import type { AwsCall, AwsOperation } from "../aws/aws-service.ts";
import { ModelledError } from "../aws/modelled-error.ts";
import { rememberedTasks } from "./cluster-record.ts";
import { clusterNotFound, invalidParameter } from "./ecs-errors.ts";
import type { Tag } from "./ecs-shapes.ts";
import type { EcsState } from "./ecs-state.ts";
import { readTags, type Tags, writeTags } from "./tags.ts";

interface TagInput {
  readonly resourceArn: string;
  readonly tags?: readonly Tag[];
  readonly tagKeys?: readonly string[];
}

/** The tags of whatever an ARN names. */
function tagsOf(state: EcsState, arn: string, call: AwsCall): Tags {
  const [, , service, , , resource = ""] = arn.split(":", 6);
  if (!arn.startsWith("arn:") || service !== "ecs") throw invalidParameter("Unsupported resource type or invalid ARN.");
  const { clusters, definitions } = state.region(call);
  const [kind = "", clusterName = "", id = ""] = resource.split("/");
  const cluster = clusters.get(clusterName);
  const missing = new ModelledError("InvalidParameterException", "The specified resource was not found.");
  switch (kind) {
    case "task-definition":
      return definitions.find(arn).tags;
    case "cluster":
      if (cluster?.status !== "ACTIVE") throw clusterNotFound();
      return cluster.tags;
    case "service": {
      const found = cluster?.services.get(id);
      if (!found || found.status === "INACTIVE") throw missing;
      return found.tags;
    }
    case "task": {
      const found = cluster && rememberedTasks(cluster, call.at).find((task) => task.id === id);
      if (!found) throw missing;
      if (found.stoppedAt !== undefined)
        throw invalidParameter("The specified task is stopped. Specify a running task and try again.");
      return found.tags;
    }
    default:
      throw invalidParameter(`Resources of the kind ${kind} cannot be tagged here.`);
  }
}

function tag(state: EcsState, { resourceArn, tags }: TagInput, call: AwsCall): object {
  const kept = tagsOf(state, resourceArn, call);
  for (const [key, value] of readTags(tags, kept)) kept.set(key, value);
  return {};
}

function untag(state: EcsState, { resourceArn, tagKeys = [] }: TagInput, call: AwsCall): object {
  const kept = tagsOf(state, resourceArn, call);
  for (const key of tagKeys) kept.delete(key);
  return {};
}

/** What can be asked of tags. */
export const tagOperations = (state: EcsState): Readonly<Record<string, AwsOperation>> => ({
  TagResource: async (input: TagInput, call) => tag(state, input, call),
  UntagResource: async (input: TagInput, call) => untag(state, input, call),
  ListTagsForResource: async ({ resourceArn }: TagInput, call) => ({ tags: writeTags(tagsOf(state, resourceArn, call)) }),
});
