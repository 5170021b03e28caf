import { AwsCloud, type AwsCloudOptions } from "../src/aws/aws-cloud.ts";
import { awsFaultKinds } from "../src/aws/aws-fault-kinds.ts";
import type { AwsService } from "../src/aws/aws-service.ts";
import { logsFaultKinds } from "../src/aws/logs/logs-fault-kinds.ts";
import { errorProblems, outputProblems, type WireError } from "../src/aws/validate-output.ts";
import { ControlEndpoint } from "../src/control-endpoint.ts";
import { EmulatorServer } from "../src/emulator-server.ts";
import { Faults } from "../src/faults.ts";
import { Journal } from "../src/journal.ts";
import { wireFaultKinds } from "../src/read-fault-rule.ts";
import { VirtualClock } from "../src/virtual-clock.ts";

export interface AwsParts {
  readonly clock: VirtualClock;
  readonly faults: Faults;
}
export interface AwsBed extends AwsParts {
  readonly url: string;
  readonly journal: Journal;
  /** What every SDK client is given. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly maxAttempts: number;
  };
  readonly services: readonly AwsService[];
  close(): Promise<void>;
}

/** Some services behind the real server. */
export async function serveAws(
  make: (parts: AwsParts) => Promise<readonly AwsService[]>,
  options: Pick<AwsCloudOptions, "quotas" | "account"> = {},
): Promise<AwsBed> {
  const [clock, faults, journal] = [new VirtualClock(), new Faults(), new Journal()];
  const services = await make({ clock, faults });
  const control = new ControlEndpoint({
    clock,
    faults,
    journal,
    faultKinds: { ...wireFaultKinds, ...awsFaultKinds, ...logsFaultKinds },
    about: {},
  });
  const cloud = new AwsCloud({ services, clock, ...options });
  const server = new EmulatorServer({ cloud, control, clock, faults, journal });
  const url = await server.listen();
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
  const close = async (): Promise<void> => {
    await server.close();
    await cloud.close();
    clock.close();
  };
  return {
    url,
    clock,
    faults,
    journal,
    services,
    close,
    client: { endpoint: url, region: "eu-west-3", credentials, maxAttempts: 1 },
  };
}

/** Every answer in the journal that is not as its service's model says. */
export const nonconforming = ({ journal, services }: AwsBed): readonly string[] =>
  journal.entries().flatMap(({ service: name, operation, error, output, faults }) => {
    const model = services.find((service) => service.name === name)?.model;
    if (!model || faults || output === undefined) return [];
    return error === undefined ? outputProblems(model, operation, output) : errorProblems(model, operation, output as WireError);
  });
