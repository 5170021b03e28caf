// What an emulator of Cloud Run is made of, in one place: nobody pays for loading it before one is started.
export { buildCloudRunBackend, cloudRunFaultKinds } from "./build-cloud-run-backend.ts";
export { chooseEngine } from "./choose-engine.ts";
export { ControlEndpoint } from "./control-endpoint.ts";
export { EmulatorServer } from "./emulator-server.ts";
export { GrpcEndpoint } from "./google/grpc-endpoint.ts";
export { RestCloud } from "./google/rest-cloud.ts";
export { readFaultRules } from "./read-fault-rule.ts";
