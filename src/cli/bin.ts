#!/usr/bin/env node
/** The program `codex-ts`: makes sure of Node's version before anything is loaded that an older one cannot read. */

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 22 || (major === 22 && minor >= 18)) {
  import('./main.ts')
    .then(({ main }) => main(process.argv.slice(2)))
    .then((exitCode) => {
      process.exitCode = exitCode
    })
} else {
  console.error(
    `codex-ts needs Node 22.18 or newer, and this is Node ${process.versions.node}: install a newer one and run it again.`,
  )
  process.exitCode = 1
}
