import { GoogleError } from "./google-error.ts";
import { toCamelCase } from "./http-route.ts";

type Loose = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);

function replace(current: Loose, asked: Loose, [first = "", ...rest]: readonly string[]): Loose {
  const { [first]: old, ...others } = current;
  const next = asked[first];
  if (rest.length === 0) return next === undefined ? others : { ...current, [first]: next };
  return { ...current, [first]: replace(isRecord(old) ? old : {}, isRecord(next) ? next : {}, rest) };
}

/** A resource with what a mask (`template.containers,labels`) names as it is asked for; with all of it where there is no mask. */
export function applyUpdateMask<Resource extends object>(current: Resource, asked: Resource, mask = ""): Resource {
  if (mask === "" || mask === "*") return asked;
  let result = current as Loose;
  for (const path of mask.split(",")) {
    if (path === "") throw new GoogleError("INVALID_ARGUMENT", `The update mask '${mask}' has an empty path.`);
    result = replace(result, asked as Loose, path.split(".").map(toCamelCase));
  }
  return result as Resource;
}
