/** How the package is built: one flat folder, one file for each door, whatever doors share in chunks beside them. */

import { existsSync } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { defineConfig, type Options } from 'tsup'

/** The package's doors, by the name of their file in `dist`; `exports` in package.json says the same. */
export const doors = {
  index: 'src/index.ts',
  script: 'src/script.ts',
  'apply-patch': 'src/packs/core-codex/apply-patch/index.ts',
  context: 'src/context/index.ts',
  harness: 'src/harness/index.ts',
  history: 'src/history/index.ts',
  model: 'src/model/index.ts',
  observability: 'src/observability/index.ts',
  'anthropic-standard': 'src/packs/anthropic-standard/index.ts',
  'core-codex': 'src/packs/core-codex/index.ts',
  'file-cabinet': 'src/packs/file-cabinet/index.ts',
  'file-ops': 'src/packs/file-ops/index.ts',
  platform: 'src/platform/index.ts',
  protocol: 'src/protocol/index.ts',
  stores: 'src/stores/index.ts',
  testing: 'src/testing/index.ts',
  tools: 'src/tools/index.ts',
}

/** What is started by name rather than imported: worker threads, and the command line behind `bin.js`. */
const programs = Object.fromEntries(
  Object.entries({
    cli: 'src/cli/main.ts',
    'harness/worker': 'src/harness/worker.ts',
    'harness/strip-worker': 'src/harness/strip-worker.ts',
  }).filter(([, file]) => existsSync(file)),
)

const common: Options = {
  outDir: 'dist',
  format: ['esm'],
  platform: 'node',
  sourcemap: true,
  minify: false,
}

// Doors and chunks all lie directly in `dist`: code finds its workers by `new URL('./harness/…', import.meta.url)`,
// and a chunk cannot know in which folder it will end.
export const library: Options = {
  ...common,
  entry: { ...doors, ...programs },
  dts: { entry: doors, compilerOptions: { stripInternal: true } },
  splitting: true,
  target: 'node22',
  esbuildPlugins: [
    {
      name: 'grammar-beside-the-code',
      setup(build) {
        build.onEnd(() => copyGrammar(build.initialOptions.outdir ?? 'dist'))
      },
    },
  ],
}

/** The grammar of shell scripts: one file of a package whose other 19 MB, and native build, nobody needs. */
async function copyGrammar(folder: string): Promise<void> {
  const resolve = createRequire(import.meta.url).resolve
  // tsup writes what esbuild made only after the plugins have ended.
  await mkdir(folder, { recursive: true })
  await copyFile(
    resolve('tree-sitter-bash/tree-sitter-bash.wasm'),
    path.join(folder, 'tree-sitter-bash.wasm'),
  )
  await copyFile(resolve('tree-sitter-bash/LICENSE'), path.join(folder, 'tree-sitter-bash.LICENSE'))
}

// Built apart, for an older Node must be able to read this one file: it says which Node is needed.
export const program: Options = {
  ...common,
  entry: { bin: 'src/cli/bin.ts' },
  splitting: false,
  target: 'node14',
  esbuildPlugins: [
    {
      name: 'main-stays-outside',
      setup(build) {
        build.onResolve({ filter: /^\.\/main\.ts$/ }, () => ({ path: './cli.js', external: true }))
      },
    },
  ],
}

export default defineConfig([library, program])
