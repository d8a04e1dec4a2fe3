import { expect } from "vitest";
import { type Example, folderOf } from "./example.ts";

export const wordCount: Example = {
  name: "word-count",
  source: { folder: folderOf("word-count") },
  kind: "SparkTask",
  object: "word-count",
  must: {
    "counts the seed's text as the seed's notebook did": ({ rows }) => {
      const counts = Object.fromEntries(rows("word-count", "counts").map(({ word, count }) => [word, Number(count)]));
      expect(counts).toEqual({
        "gold.": 1,
        new: 1,
        for: 1,
        is: 2,
        updated: 1,
        data: 3,
        "count.": 1,
        file: 2,
        the: 1,
        word: 1,
        black: 1,
        This: 1,
        a: 1,
        test: 1,
      });
    },
  },
};
