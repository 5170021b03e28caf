export {
  type Bearer,
  MemoryBackend,
  type MemoryLeftover,
  type MemoryRecord,
  type MemoryRequest,
  type MemoryServiceRequest,
} from "./memory-backend.ts";
export { type MemoryCapabilities, MemoryDriver, type MemoryDriverParts } from "./memory-driver.ts";
export { MemoryError, type MemoryFault, MemoryFaults } from "./memory-faults.ts";
export { MemoryLog } from "./memory-log.ts";
export { memoryOn, runtime } from "./memory-plugin.ts";
export { MemoryProcess, type MemoryProcessParts, type MemorySignal } from "./memory-process.ts";
export type { MemoryProgram, MemoryStep } from "./memory-program.ts";
export type { MemoryConfig } from "./memory-schemas.ts";
export { MemoryService } from "./memory-service.ts";
export { memoryTask } from "./memory-task.ts";
export { type MemoryOptions, toMemoryRequest } from "./to-memory-request.ts";
