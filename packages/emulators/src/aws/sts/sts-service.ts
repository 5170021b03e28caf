import type { AwsService } from "../aws-service.ts";
import { loadServiceModel } from "../service-model.ts";

/** Says who signs: a user of the signature's account. */
export async function createStsService(): Promise<AwsService> {
  return {
    name: "sts",
    model: await loadServiceModel("sts"),
    operations: {
      GetCallerIdentity: async (_input, { account, accessKey }) => ({
        UserId: accessKey,
        Account: account,
        Arn: `arn:aws:iam::${account}:user/emulator`,
      }),
    },
  };
}
