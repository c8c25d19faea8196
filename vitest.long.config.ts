import { defineConfig } from 'vitest/config'

/** What takes longer than a check should: more of the same, and what only a large account or a long time shows. */
export default defineConfig({
  test: {
    include: [
      '__tests__/long/**/*.test.ts',
      '__tests__/saved/{ledger,state-copy}.test.ts',
      '__tests__/process/{cache,cancel-resume}.test.ts',
    ],
    env: { AIM_READINESS_LONG: 'true' },
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
