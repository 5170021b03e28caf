/** Whose: everything but a role belongs to one account and region. */
export interface AwsScope {
  readonly account: string;
  readonly region: string;
}

/** What scopes are told apart by. */
export const scopeKey = ({ account, region }: AwsScope): string => `${account}/${region}`;
