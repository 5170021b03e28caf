import { expect, test } from "vitest";
import { MarkedText } from "../src/marked-text.ts";

test("what the script says is found wherever it is cut", () => {
  const marker = "0123456789abcdef";
  const all = Buffer.from(`a\u0001\u0001${marker.slice(0, 5)}b\u0001${marker}c0\u0002\u0001${marker}o\nQUJD\u0002rest\u0001`);
  const read = (...cuts: readonly Buffer[]) => {
    const marked = new MarkedText(marker);
    const pieces = cuts.flatMap((cut) => marked.push(cut));
    const text = Buffer.concat(pieces.flatMap((piece) => (piece.kind === "text" ? [piece.bytes] : []))).toString();
    return {
      text,
      marks: pieces.flatMap((piece) => (piece.kind === "mark" ? [`${piece.letter}:${piece.body.toString()}`] : [])),
    };
  };
  const expected = { text: `a\u0001\u0001${marker.slice(0, 5)}brest`, marks: ["c:0", "o:\nQUJD"] };
  expect(read(all)).toEqual(expected);
  for (let cut = 1; cut < all.length; cut++) expect(read(all.subarray(0, cut), all.subarray(cut))).toEqual(expected);
  expect(read(...[...all].map((byte) => Buffer.from([byte])))).toEqual(expected);
});
