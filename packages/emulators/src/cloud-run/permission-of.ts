const verbs = /^(Create|Get|List|Update|Delete|Cancel)([A-Z]\w+?)s?$/;

/** The permission that a method of Cloud Run asks for, such as `run.jobs.create`; undefined where it asks for none, or for more than one. */
export function permissionOf(method: string): string | undefined {
  const [, verb, resource] = verbs.exec(method) ?? [];
  return verb && resource ? `run.${resource.toLowerCase()}s.${verb.toLowerCase()}` : undefined;
}
