import type { AwsOperation } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { paginate } from "../paginate.ts";
import { filterResources, type FilterFields, type ResourceFilter } from "./filter-resources.ts";
import type { NetworkInterface, NetworkInterfaces } from "./network-interfaces.ts";
import { emulatedVpc, zoneOf } from "./emulated-vpc.ts";

interface DescribeNetworkInterfacesInput {
  readonly NetworkInterfaceIds?: readonly string[];
  readonly Filters?: readonly ResourceFilter[];
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

const fields: FilterFields<NetworkInterface> = {
  "network-interface-id": ({ id }) => [id],
  "subnet-id": ({ subnetId }) => [subnetId],
  "group-id": ({ securityGroups }) => securityGroups,
  "vpc-id": () => [emulatedVpc],
  "private-ip-address": ({ privateAddress }) => [privateAddress],
  "addresses.private-ip-address": ({ privateAddress }) => [privateAddress],
  "association.public-ip": ({ publicAddress }) => (publicAddress === undefined ? [] : [publicAddress]),
  "interface-type": () => ["interface"],
  status: () => ["in-use"],
};

function named(all: readonly NetworkInterface[], ids: readonly string[]): readonly NetworkInterface[] {
  if (ids.length === 0) return all;
  return ids.map((id) => {
    const found = all.find((one) => one.id === id);
    if (!/^eni-[0-9a-f]{8,17}$/.test(id)) throw new ModelledError("InvalidNetworkInterfaceID.Malformed", `Invalid id: "${id}"`);
    if (!found) throw new ModelledError("InvalidNetworkInterfaceID.NotFound", `The networkInterface ID '${id}' does not exist`);
    return found;
  });
}

function tell(one: NetworkInterface, { account, region }: { account: string; region: string }): object {
  const publicName = `ec2-${one.publicAddress?.replaceAll(".", "-")}.${region}.compute.amazonaws.com`;
  const Association = one.publicAddress && { IpOwnerId: "amazon", PublicDnsName: publicName, PublicIp: one.publicAddress };
  const PrivateDnsName = `ip-${one.privateAddress.replaceAll(".", "-")}.${region}.compute.internal`;
  return {
    ...(Association && { Association }),
    AvailabilityZone: zoneOf(region),
    Description: one.description ?? "",
    Groups: one.securityGroups.map((GroupId) => ({ GroupId, GroupName: GroupId })),
    InterfaceType: "interface",
    MacAddress: one.macAddress,
    NetworkInterfaceId: one.id,
    OwnerId: account,
    PrivateDnsName,
    PrivateIpAddress: one.privateAddress,
    PrivateIpAddresses: [
      { ...(Association && { Association }), Primary: true, PrivateDnsName, PrivateIpAddress: one.privateAddress },
    ],
    RequesterManaged: true,
    SourceDestCheck: true,
    Status: "in-use",
    SubnetId: one.subnetId,
    VpcId: emulatedVpc,
  };
}

/** The network interfaces of tasks: where a public address is found, once the task has one. */
export function describeNetworkInterfaces(interfaces: NetworkInterfaces): AwsOperation {
  return async (input: DescribeNetworkInterfacesInput, call) => {
    const { NetworkInterfaceIds = [], Filters = [], MaxResults = 1000, NextToken } = input;
    const all = interfaces.list(call).toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const found = filterResources(named(all, NetworkInterfaceIds), Filters, fields);
    const { items, nextToken } = paginate({
      items: found,
      keyOf: ({ id }) => id,
      limit: MaxResults,
      token: NextToken,
      invalidToken: () => new ModelledError("InvalidNextToken", "The token is not valid"),
    });
    return { NetworkInterfaces: items.map((one) => tell(one, call)), NextToken: nextToken };
  };
}
