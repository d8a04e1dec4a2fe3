import { expect } from "vitest";
import { csv, type Example, folderOf } from "./example.ts";

export const mlPipeline: Example = {
  name: "ml-pipeline",
  source: { folder: folderOf("ml-pipeline") },
  kind: "SparkFlow",
  object: "spam",
  must: {
    "predicts the messages that were put aside, and them only": ({ rows }) => {
      const aside = csv("ml-pipeline", "data/messages.csv").filter(({ id }) => Number(id) % 5 === 0);
      const predictions = rows("predict", "predictions").sort((a, b) => Number(a.id) - Number(b.id));
      expect(predictions.map(({ id, text, label }) => [id, text, label])).toEqual(
        aside.map(({ id, text, label }) => [Number(id), text, Number(label)]),
      );
    },
    "learns what tells spam from work": ({ rows, values }) => {
      const predictions = rows("predict", "predictions");
      const right = predictions.filter(({ label, prediction }) => label === prediction).length / predictions.length;
      expect(values("predict").accuracy).toBeCloseTo(right, 4);
      expect(right).toBeGreaterThan(0.9);
    },
    "gives probabilities that the predictions follow": ({ rows }) => {
      for (const { prediction, probability } of rows("predict", "predictions"))
        expect(prediction).toBe(Number(probability) > 0.5 ? 1 : 0);
    },
  },
};
