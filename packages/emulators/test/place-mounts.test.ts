import { expect, test } from "vitest";
import { placeMounts } from "../src/place-mounts.ts";

const mounts = [
  { folder: "/tmp/one", path: "/mnt/keys", readOnly: true },
  { folder: "/tmp/$two", path: "/mnt/keys/inner", readOnly: false },
];
const container = { name: "main", image: "any", environment: {}, mounts };

test.each([
  ["/mnt/keys", "/tmp/one"],
  ["/mnt/keys/key", "/tmp/one/key"],
  ["cat /mnt/keys/key >/mnt/keys.", "cat /tmp/one/key >/tmp/one."],
  ["PATH=/bin:/mnt/keys", "PATH=/bin:/tmp/one"],
  ["/mnt/keys/inner/x", "/tmp/$two/x"],
  ["/mnt/keys2 /mnt/keys-2 /a/mnt/keys ./mnt/keys", "/mnt/keys2 /mnt/keys-2 /a/mnt/keys ./mnt/keys"],
])("where a command or a variable says %s", (said, placed) => {
  expect(placeMounts({ ...container, entrypoint: [said], command: [said], environment: { A: said } })).toMatchObject({
    entrypoint: [placed],
    command: [placed],
    environment: { A: placed },
  });
});

test("a container without mounts is as it was", () => {
  const plain = { name: "main", image: "any", environment: { A: "/mnt/keys" } };
  expect(placeMounts(plain)).toBe(plain);
});
