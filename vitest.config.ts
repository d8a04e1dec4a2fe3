import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests that npm starts see hints as others do: without npx.
  test: { include: ["test/**/*.test.ts"], testTimeout: 30_000, env: { npm_command: "" } },
});
