/** What ECS needs of the services that keep secrets. */
export interface SecretValues {
  /**
   * The value by the reference that a task definition has: an ARN of Secrets Manager, also with `:json-key:version-stage:version-id`
   * behind it, an ARN of a parameter, or a parameter's name. Undefined where there is none.
   */
  find(reference: string, place: { readonly account: string; readonly region: string }): string | undefined;
}
