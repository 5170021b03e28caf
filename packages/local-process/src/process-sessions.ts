import type { WorkloadId } from "@longshore/core";
import type { Capabilities } from "@longshore/core/driver";
import { attachToProgram } from "./attach-to-program.ts";
import { copyFromFolder } from "./copy-from-folder.ts";
import { copyIntoFolder } from "./copy-into-folder.ts";
import { execBesideProgram } from "./exec-beside-program.ts";
import type { ServicePlace } from "./order-service.ts";
import { processStats, ProcessTable } from "./process-stats.ts";

export type ProcessSessions = Required<Pick<Capabilities, "exec" | "attach" | "copy">> & Pick<Capabilities, "stats">;

/** What goes on beside a program. Figures come from proc(5), which Linux alone has. */
export function processSessions(place: (id: WorkloadId) => ServicePlace): ProcessSessions {
  const table = new ProcessTable();
  const stats = { stats: { stats: (id, call) => processStats(place(id), table, call) } } satisfies Pick<Capabilities, "stats">;
  return {
    exec: { exec: (request, call) => execBesideProgram(place(request.id), request, call) },
    attach: { attach: (request, call) => attachToProgram(place(request.id), request, call) },
    copy: {
      copyIn: (files, call) => copyIntoFolder(place(files.id), files, call),
      copyOut: (from, call) => copyFromFolder(place(from.id), from, call),
    },
    ...(process.platform === "linux" && stats),
  };
}
