import assert from "node:assert/strict";
import type { LogCursor, LogRecord, Runtime, ServiceSpec } from "@longshore/core";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { assertSameLines, isLine, numbered } from "./log-texts.ts";
import { namesOf, saidBy, serving, servingSpec, started } from "./service-kit.ts";
import { held } from "./soon.ts";
import type { Stage } from "./stage.ts";

const lines = 300;
const counting = (stage: Stage, more: Partial<ServiceSpec> = {}): ServiceSpec =>
  stage.service([{ do: "count", lines }, { do: "print", text: "all" }, ...serving("one")], {
    replicas: 2,
    readiness: undefined,
    ...more,
  } as never);
const textsOf = (records: readonly LogRecord[], instance: string): readonly string[] =>
  records.filter(isLine).flatMap((line) => (line.instance === instance ? [line.text] : []));
const expected = [...numbered(lines), "all", "mark one"];

async function wrote(stage: Stage, runtime: Runtime, spec: ServiceSpec): Promise<readonly string[]> {
  const service = await started(stage, runtime, spec);
  const said = async (): Promise<readonly string[]> => saidBy(await stage.logs(runtime, spec.id), "mark one");
  await stage.eventually(async () => (await said()).length === 2, "both have said all");
  return stage.services.onlyCounted === true ? (await said()).toSorted() : namesOf(service);
}

async function apart(stage: Stage): Promise<void> {
  const spec = counting(stage);
  const runtime = await stage.open();
  const names = await wrote(stage, runtime, spec);
  const records = await stage.logs(runtime, spec.id);
  for (const name of names) assertSameLines(textsOf(records, name), expected, `instance ${name}`);
  assert.deepEqual([...new Set(records.map(({ instance }) => instance))].toSorted(), names);
}

/** From any record's cursor, in another process, each instance goes on with its own next line. */
async function resumed(stage: Stage): Promise<void> {
  const spec = counting(stage);
  const runtime = await stage.open();
  const names = await wrote(stage, runtime, spec);
  const records = await stage.logs(runtime, spec.id);
  for (let turn = 0; turn < 8; turn++) {
    const index = stage.choice.below(records.length);
    const { cursor } = records[index] as { readonly cursor: LogCursor };
    const rest = await stage.elsewhere((other) => stage.logs(other, spec.id, { cursor }));
    for (const name of names) {
      const both = [...textsOf(records.slice(0, index + 1), name), ...textsOf(rest, name)];
      assertSameLines(both, expected, `instance ${name}, resumed after record ${index}`);
    }
  }
}

/** Instances that come while somebody follows are read as well; the end of the service is the end of the log. */
async function followed(stage: Stage): Promise<void> {
  const spec = servingSpec(stage, "one", { replicas: 2 });
  const runtime = await stage.open();
  await started(stage, runtime, spec);
  const reader = await stage.open();
  const following = held(Array.fromAsync(reader.logs(spec.id, { follow: true })));
  const next: ServiceSpec = { ...spec, ...stage.services.service(serving("two")) };
  await stage.soon(runtime.update(next), "update");
  await stage.soon(runtime.stop(spec.id), "stop");
  const records = await stage.soon(following, "the end of the log");
  assert.equal(new Set(saidBy(records, "mark one")).size, 2);
  assert.equal(new Set(saidBy(records, "mark two")).size, 2);
  assert.equal(saidBy(records, "mark two").length, 2, "nothing twice");
}

/** G4 for services. */
export const serviceLogs: readonly GuaranteeCase[] = [
  { name: "a service: every line of each instance, under its name", needs: [needs.services], run: apart },
  {
    name: "a service: resumed from any cursor, each instance goes on with its own next line",
    needs: [needs.services],
    run: resumed,
  },
  {
    name: "a service: whoever follows reads instances that come later, to the end of the service",
    needs: [needs.services],
    run: followed,
  },
];
