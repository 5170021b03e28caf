import { expect, test } from "vitest";
import { AciBed, groupOf } from "./aci-kit.ts";

const count = 200;

test(`${count} groups at once: each tells its own line and code, and all of them are deleted`, async () => {
  await using bed = await AciBed.start({ pageSize: 50 });
  const names = Array.from({ length: count }, (_, index) => `job-${index}`);
  await Promise.all(names.map((name, index) => bed.ask(name, groupOf(`echo ${name}; sleep 1; exit ${index % 7}`))));
  const listed = await bed.list();
  expect(listed.map(({ name }) => name!).toSorted()).toEqual(names.toSorted());
  const views = await Promise.all(names.map((name) => bed.ended(name)));
  expect(views.map(({ containers }) => containers[0]?.exitCode)).toEqual(names.map((_, index) => index % 7));
  expect(await Promise.all(names.map((name) => bed.logs(name)))).toEqual(names.map((name) => `${name}\n`));
  await Promise.all(names.map((name) => bed.delete(name)));
  expect(await bed.list()).toEqual([]);
});
