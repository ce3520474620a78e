/** Where the files that run in threads of their own lie. */

/**
 * From source, beside this file as TypeScript; in the package, under `harness/` beside the chunk that this file became.
 *
 * @param name Without its ending, such as `worker`.
 */
export function workerUrl(name: string): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL(`./${name}.ts`, import.meta.url)
    : new URL(`./harness/${name}.js`, import.meta.url)
}
