import { readFile } from "node:fs/promises";
import type { V1PolicyRule } from "@kubernetes/client-node";

const list = (text: string): string[] =>
  text
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map((word) => word.trim().replaceAll('"', ""));

/** The rules as a user would copy them: groups, resources and verbs, each on a line. */
export async function roleOfReadme(): Promise<V1PolicyRule[]> {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, role = ""] = /kind: Role\n[\s\S]*?rules:\n([\s\S]*?)```/.exec(readme) ?? [];
  return role
    .split("- apiGroups:")
    .slice(1)
    .map((rule) => {
      const [groups = "", ...lines] = rule.trim().split("\n");
      const value = (key: string): string =>
        lines
          .find((line) => line.trim().startsWith(`${key}:`))
          ?.split(`${key}:`)[1]
          ?.trim() ?? "";
      return { apiGroups: list(groups.trim()), resources: list(value("resources")), verbs: list(value("verbs")) };
    });
}
