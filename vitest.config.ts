/** How the tests run: in processes of their own, two at a time, with room for real work. */

import { defineConfig } from 'vitest/config'

const shared = {
  globalSetup: ['tests/support/own-home.ts'],
  pool: 'forks' as const,
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'tests',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/endurance/**'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        // Hundreds of kills, thousands of turns, whole compilations: minutes that nobody waits for at each change.
        test: {
          ...shared,
          name: 'endurance',
          include: ['tests/endurance/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
