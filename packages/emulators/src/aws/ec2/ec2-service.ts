import type { AwsOperation, AwsService } from "../aws-service.ts";
import { loadServiceModel } from "../service-model.ts";
import { describeNetworkInterfaces } from "./describe-network-interfaces.ts";
import { emulatedVpc, zoneOf } from "./emulated-vpc.ts";
import { existingIds } from "./existing-ids.ts";
import { filterResources, type ResourceFilter } from "./filter-resources.ts";
import type { NetworkInterfaces } from "./network-interfaces.ts";

export interface Ec2Options {
  readonly interfaces: NetworkInterfaces;
  /** The subnets that exist. Default: every one whose id has the right form. */
  readonly subnets?: readonly string[];
  /** Likewise. */
  readonly securityGroups?: readonly string[];
}

interface DescribeInput {
  readonly Filters?: readonly ResourceFilter[];
  readonly SubnetIds?: readonly string[];
  readonly GroupIds?: readonly string[];
}

function describeSubnets({ subnets }: Ec2Options): AwsOperation {
  return async ({ SubnetIds = [], Filters = [] }: DescribeInput, { region, account }) => {
    const ids = existingIds(SubnetIds, {
      prefix: "subnet",
      configured: subnets,
      malformed: "InvalidSubnetID.Malformed",
      missing: "InvalidSubnetID.NotFound",
      called: "subnet ID",
    });
    const found = filterResources(ids, Filters, {
      "subnet-id": (id) => [id],
      "vpc-id": () => [emulatedVpc],
      state: () => ["available"],
      "availability-zone": () => [zoneOf(region)],
      "default-for-az": (id) => [String(id === ids[0])],
    });
    return {
      Subnets: found.map((SubnetId) => ({
        AvailabilityZone: zoneOf(region),
        AvailableIpAddressCount: 4091,
        CidrBlock: "10.0.0.0/20",
        DefaultForAz: SubnetId === ids[0],
        MapPublicIpOnLaunch: true,
        State: "available",
        SubnetId,
        VpcId: emulatedVpc,
        OwnerId: account,
        SubnetArn: `arn:aws:ec2:${region}:${account}:subnet/${SubnetId}`,
      })),
    };
  };
}

function describeSecurityGroups({ securityGroups }: Ec2Options): AwsOperation {
  return async ({ GroupIds = [], Filters = [] }: DescribeInput, { account }) => {
    const ids = existingIds(GroupIds, {
      prefix: "sg",
      configured: securityGroups,
      malformed: "InvalidGroupId.Malformed",
      missing: "InvalidGroup.NotFound",
      called: "security group",
    });
    const nameOf = (id: string): string => (GroupIds.length === 0 && id === ids[0] ? "default" : id);
    const found = filterResources(ids, Filters, {
      "group-id": (id) => [id],
      "group-name": (id) => [nameOf(id)],
      "vpc-id": () => [emulatedVpc],
    });
    return {
      SecurityGroups: found.map((GroupId) => ({
        Description: "a security group of the emulator",
        GroupName: nameOf(GroupId),
        IpPermissions: [],
        OwnerId: account,
        GroupId,
        IpPermissionsEgress: [],
        VpcId: emulatedVpc,
      })),
    };
  };
}

/** As much of EC2 as tells what a task is attached to. */
export async function createEc2Service(options: Ec2Options): Promise<AwsService> {
  return {
    name: "ec2",
    model: await loadServiceModel("ec2"),
    operations: {
      DescribeNetworkInterfaces: describeNetworkInterfaces(options.interfaces),
      DescribeSecurityGroups: describeSecurityGroups(options),
      DescribeSubnets: describeSubnets(options),
    },
  };
}
