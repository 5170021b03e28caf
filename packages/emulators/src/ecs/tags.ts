import { invalidParameter } from "./ecs-errors.ts";
import type { Tag } from "./ecs-shapes.ts";

/** The most that a resource can have. */
const tagLimit = 50;

/** Tags as they are kept: by key, each once. */
export type Tags = Map<string, string>;

/** @throws InvalidParameterException for tags that no resource can have. */
export function readTags(tags: readonly Tag[] = [], before: ReadonlyMap<string, string> = new Map()): Tags {
  const read: Tags = new Map(before);
  const given = new Set<string>();
  for (const { key = "", value = "" } of tags) {
    if (key === "") throw invalidParameter("Tag keys cannot be empty.");
    if (/^aws:/i.test(key)) throw invalidParameter("Tag keys that begin with aws: are reserved.");
    if (given.has(key)) throw invalidParameter(`Duplicate tag keys found: ${key}`);
    given.add(key);
    read.set(key, value);
  }
  if (read.size > tagLimit) throw invalidParameter(`A resource can have at most ${tagLimit} tags.`);
  return read;
}

export const writeTags = (tags: ReadonlyMap<string, string>): readonly Tag[] => [...tags].map(([key, value]) => ({ key, value }));
