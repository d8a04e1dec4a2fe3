import { defineConfig } from "vitest/config";

// Everything runs on one cluster with two cores: one file at a time.
export default defineConfig({
  test: {
    include: ["test/e2e/**/*.test.ts"],
    globalSetup: ["test/e2e/setup.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    sequence: { concurrent: false },
  },
});
