import assert from "node:assert/strict";
import { fileStore, LongshoreError, type Owner, type Service, type ServiceSpec } from "@longshore/core";
import { crashedStarts } from "./crashed-starts.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { isWhole, namesOf, saidBy, serving, servingSpec, started, until } from "./service-kit.ts";
import type { Stage } from "./stage.ts";

const isConflict = (error: unknown): boolean => LongshoreError.is(error, "conflict");
const replicas = 2;

/** Started again by somebody else: as many instances as asked, each begun once. */
async function assertOneService(
  stage: Stage,
  spec: ServiceSpec,
  of: { readonly owner: Owner; readonly store?: string },
): Promise<Service> {
  const store = of.store === undefined ? {} : { store: fileStore(of.store) };
  return stage.elsewhere(
    async (runtime) => {
      const service = await started(stage, runtime, spec);
      assert.equal(service.state.instances.length, spec.replicas);
      const marks = saidBy(await stage.logs(runtime, spec.id), "mark one");
      const names = stage.services.onlyCounted === true ? [...new Set(marks)].toSorted() : namesOf(service);
      assert.equal(names.length, spec.replicas);
      assert.deepEqual(marks.toSorted(), names, "each instance was begun once");
      const listed = await stage.soon(Array.fromAsync(runtime.list()), "list");
      assert.deepEqual(
        listed.filter(({ kind }) => kind !== "leftover").map(({ kind, id }) => `${kind} ${id}`),
        [`service ${spec.id}`],
      );
      await stage.soon(runtime.remove(spec.id), "remove");
      await stage.eventually(async () => (await stage.natives(of.owner)).length === 0, "nothing is left").catch(() => {});
      assert.deepEqual(await stage.natives(of.owner), [], "what a second start left beside the service that was removed");
      return service;
    },
    { owner: of.owner, ...store },
  );
}

const crashed = (stage: Stage, store: boolean): Promise<void> =>
  crashedStarts(stage, {
    store,
    spec: () => servingSpec(stage, "one", { replicas }),
    then: (spec, job) => assertOneService(stage, spec, job),
  });

async function disturbed(stage: Stage, kind: "drop-request" | "lose-reply"): Promise<void> {
  const opening = await stage.requestsToOpen();
  for (let step = 0; ; step++) {
    await using route = await stage.route({ kind, at: opening + step });
    const owner = stage.anotherOwner();
    const spec = servingSpec(stage, "one", { replicas });
    const runtime = await stage.open({ owner, through: route.through });
    await stage.soon(runtime.start(spec), "start").catch(() => {});
    if (stage.injected(kind, route) === 0) return assert.ok(step > 0, "start sends no request at all");
    await assertOneService(stage, spec, { owner });
  }
}

/** G1 for services. */
export const serviceStarts: readonly GuaranteeCase[] = [
  {
    name: "a service: the same spec again answers with the one there is",
    needs: [needs.services],
    async run(stage) {
      const spec = servingSpec(stage, "one", { replicas });
      const runtime = await stage.open();
      const first = await started(stage, runtime, spec);
      const again = await stage.soon(runtime.start(spec), "start again");
      assert.deepEqual([again.nativeId, again.specHash, again.createdAt], [first.nativeId, first.specHash, first.createdAt]);
      await assertOneService(stage, spec, stage);
    },
  },
  {
    name: "a service: five at once, from as many processes, start one",
    needs: [needs.services],
    async run(stage) {
      const spec = servingSpec(stage, "one", { replicas });
      const runtimes = await Promise.all(Array.from({ length: 5 }, () => stage.open()));
      const found = await stage.soon(Promise.all(runtimes.map((runtime) => runtime.start(spec))), "5 starts at once");
      assert.equal(new Set(found.map(({ nativeId }) => nativeId)).size, 1, "they answer with one service");
      await assertOneService(stage, spec, stage);
    },
  },
  {
    name: "a service: another spec under the same id is a conflict, and changes nothing",
    needs: [needs.services],
    async run(stage) {
      const spec = servingSpec(stage, "one", { replicas });
      const other: ServiceSpec = { ...spec, ...stage.services.service(serving("other")) };
      const runtime = await stage.open();
      const before = await started(stage, runtime, spec);
      await assert.rejects(stage.soon(runtime.start(other), "start of another"), isConflict);
      const after = await until(stage, runtime, { id: spec.id, what: "as it was", is: isWhole });
      assert.deepEqual(namesOf(after), namesOf(before));
      await assertOneService(stage, spec, stage);
    },
  },
  {
    name: "a service killed at any step of start, then started again: as many instances as asked",
    needs: [needs.services, needs.crash],
    run: (stage) => crashed(stage, false),
  },
  { name: "a service: the same with a store", needs: [needs.services, needs.crash], run: (stage) => crashed(stage, true) },
  {
    name: "a service: a request that never arrived, then started again: as many instances as asked",
    needs: [needs.services, needs.faults],
    run: (stage) => disturbed(stage, "drop-request"),
  },
  {
    name: "a service: an answer that never came back, then started again: as many instances as asked",
    needs: [needs.services, needs.faults],
    run: (stage) => disturbed(stage, "lose-reply"),
  },
];
