import { defineConfig } from 'vitest/config';

// Tests run against the sources of every package (the `@chainwalk/source` export condition), so that no build is needed.
const conditions = ['@chainwalk/source', 'module', 'node', 'development'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'examples/**/*.test.ts',
      'conformance/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
    ],
    testTimeout: 60_000,
    setupFiles: ['tools/vitest-setup.ts'],
  },
});
