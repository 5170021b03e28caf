import type { Plan } from "./plan.ts";

const show = (value: unknown): string => JSON.stringify(value) ?? "nothing";

/** One line for each thing a start would do or refuse. */
export const describePlan = ({ problems, adjustments, requests }: Plan): string =>
  [
    ...problems.map(({ path, message }) => `refused   ${path}: ${message}`),
    ...adjustments.map(({ path, from, to, reason }) => `adjusted  ${path}: ${show(from)} to ${show(to)} (${reason})`),
    ...requests.map((request) => `sends     ${show(request)}`),
  ].join("\n");
