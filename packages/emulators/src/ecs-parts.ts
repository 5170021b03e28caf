import { awsFaultKinds } from "./aws/aws-fault-kinds.ts";
import { logsFaultKinds } from "./aws/logs/logs-fault-kinds.ts";
import { ecsFaultKinds } from "./ecs/ecs-fault-kinds.ts";
import { sessionFaultKinds } from "./ecs/session-trouble.ts";
import { type FaultKinds, wireFaultKinds } from "./read-fault-rule.ts";

export { buildEcsBackend } from "./build-ecs-backend.ts";
export { chooseEngine } from "./choose-engine.ts";
export { ControlEndpoint } from "./control-endpoint.ts";
export { EmulatorServer } from "./emulator-server.ts";
export { readFaultRules } from "./read-fault-rule.ts";

/** The faults that this emulator knows. */
export const faultKinds: FaultKinds = {
  ...wireFaultKinds,
  ...awsFaultKinds,
  ...ecsFaultKinds,
  ...sessionFaultKinds,
  ...logsFaultKinds,
};
