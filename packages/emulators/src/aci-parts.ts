// What an emulator of Container Instances is made of, in one place: nobody pays for loading it before one is started.
export { makeCertificate } from "./azure/make-certificate.ts";
export { allAciFaultKinds, buildAciBackend } from "./build-aci-backend.ts";
export { chooseEngine } from "./choose-engine.ts";
export { ControlEndpoint } from "./control-endpoint.ts";
export { EmulatorServer } from "./emulator-server.ts";
export { readFaultRules } from "./read-fault-rule.ts";
