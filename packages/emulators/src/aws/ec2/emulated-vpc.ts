/** Every subnet and security group is of this network. */
export const emulatedVpc = "vpc-0e0000000000000001";

export const zoneOf = (region: string): string => `${region}a`;
