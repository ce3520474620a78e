/** What the host keeps secret does not come back through a tool. */

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Codex, type ThreadEvent } from '../../src/index.ts'
import { fileStore } from '../../src/stores/index.ts'
import { calls, says, startProvider } from '../../src/testing/index.ts'
import { tempFolder } from '../support/temp-folder.ts'

const KEY = 'key-of-the-provider-4711'
const TOKEN = 'value-of-a-variable-0815'

test.each(['direct', 'script'] as const)(
  'in %s mode neither the model, an event, a log line nor a file holds it',
  async (toolMode) => {
    await using folder = await tempFolder({
      'secrets.txt': `${KEY}\n${TOKEN}\n`,
      'half.js': `process.stdout.write('${KEY.slice(0, 9)}'); setTimeout(() => console.log('${KEY.slice(9)}'), 50)`,
    })
    await using state = await tempFolder()
    const step =
      toolMode === 'direct'
        ? [
            calls('read_file', { file_path: 'secrets.txt' }),
            calls('exec_command', { cmd: 'node half.js; seq 1 20000; cat secrets.txt', login: false }),
          ]
        : calls('exec', {
            source: `console.log((await tools.readFile('secrets.txt')).text)
            const run = await tools.exec('node half.js; cat secrets.txt; exit 3')
            return { run, again: (await tools.exec('cat secrets.txt; seq 1 400000', { maxOutputBytes: 100 })) }`,
          })
    await using provider = await startProvider([step, says('done')])
    const lines: string[] = []
    const line = (message: string, fields?: object) => void lines.push(message + JSON.stringify(fields ?? {}))
    await using codex = new Codex({
      model: 'local/any',
      providers: { local: { baseUrl: provider.url, apiKey: KEY, wireApi: 'responses' } },
      env: { PATH: process.env.PATH ?? '', HOME: folder.path, MY_TOKEN: TOKEN },
      store: fileStore(state.path),
      log: { debug: line, info: line, warn: line, error: line },
      hooks: { afterToolCall: ({ outcome }) => void lines.push(JSON.stringify(outcome)) },
    })
    const thread = codex.startThread({
      workingDirectory: folder.path,
      sandboxMode: 'danger-full-access',
      toolMode,
    })

    const events: ThreadEvent[] = []
    for await (const event of thread.run('Look around')) events.push(event)

    const spoken = events.flatMap((event) => (event.type === 'item.delta' ? [event.delta] : [])).join('')
    const kept = await Promise.all(
      (await readdir(state.path, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(path.join(entry.parentPath, entry.name), 'utf8')),
    )
    const sinks = {
      sent: provider.requests[1]?.text ?? '',
      events: JSON.stringify(events),
      spoken,
      lines: lines.join('\n'),
      kept: kept.join('\n'),
    }
    for (const [sink, text] of Object.entries(sinks)) {
      expect(text, sink).not.toContain(KEY)
      expect(text, sink).not.toContain(TOKEN)
    }
    expect(sinks.sent).toContain('[redacted]')
    expect(sinks.kept).toContain('[redacted]')
  },
)
