import { unknownKeys } from "@longshore/core/driver";
import { z } from "zod";
import type { LocalProcessConfig } from "./local-process-config.ts";
import type { LocalProcessOptions } from "./to-process-request.ts";

interface ProcessSchemas {
  readonly config: z.ZodType<LocalProcessConfig>;
  readonly options: z.ZodType<LocalProcessOptions>;
}

/** Strict: an unknown key is a mistake. */
export const processSchemas: ProcessSchemas = {
  config: z.strictObject({ stateDir: z.string().min(1).optional() }, { error: unknownKeys(["stateDir"]) }),
  options: z.strictObject({}, { error: unknownKeys([]) }),
};
