/** What a model is told of the machine, and a program of a turn's end. */

import { describe, expect, test } from 'vitest'
import { machineValues, notifyCommand, operatingSystemName, shellName } from '../../src/context/index.ts'

describe('the shell', () => {
  test.each([
    ['/bin/zsh', 'darwin', 'zsh'],
    ['/usr/local/bin/bash', 'linux', 'bash'],
    ['sh', 'linux', 'sh'],
    ['/usr/bin/pwsh', 'linux', 'powershell'],
    ['C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\PowerShell.exe', 'win32', 'powershell'],
    ['C:\\Program Files\\PowerShell\\7\\pwsh.exe', 'win32', 'powershell'],
    ['C:\\Program Files\\Git\\bin\\bash.exe', 'win32', 'bash'],
    ['C:\\Windows\\System32\\CMD.EXE', 'win32', 'cmd'],
    ['/opt/bin/fish', 'linux', 'fish'],
    ['/opt/constructor', 'linux', 'constructor'],
  ])('%s on %s is %s', (program, platform, name) => {
    expect(shellName(program, platform)).toBe(name)
  })
})

describe('the machine', () => {
  const facts = { platform: 'linux', shellProgram: '/bin/bash', now: new Date(2026, 0, 9, 12).getTime() }
  const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone

  test('says shell, day and time zone', () => {
    expect(machineValues({ ...facts, timezone: 'Europe/Berlin' })).toEqual({
      shell: 'bash',
      currentDate: '2026-01-09',
      timezone: 'Europe/Berlin',
    })
  })

  test.each([undefined, '', ':/etc/localtime', 'EST5EDT,M3.2.0,M11.1.0', '</timezone>'])(
    'takes its own zone where %j is given',
    (timezone) => {
      expect(machineValues({ ...facts, timezone }).timezone).toBe(ownZone)
    },
  )

  test.each(['UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Ust-Nera'])(
    'takes %s',
    (timezone) => {
      expect(machineValues({ ...facts, timezone }).timezone).toBe(timezone)
    },
  )

  test('has a system with a name', () => {
    expect(['linux', 'darwin', 'win32', 'freebsd'].map(operatingSystemName)).toEqual([
      'Linux',
      'macOS',
      'Windows',
      'freebsd',
    ])
  })
})

describe('a program to notify', () => {
  const end = {
    threadId: 't',
    turnId: 'u',
    cwd: '/project',
    inputMessages: ['Make tea.', '"now"'],
    lastAssistantMessage: 'Done.',
  }

  test('gets its own arguments, then what happened as JSON', () => {
    expect(notifyCommand(['/bin/tell', '--loud'], { ...end, client: 'shop' })).toEqual([
      '/bin/tell',
      '--loud',
      '{"type":"agent-turn-complete","thread-id":"t","turn-id":"u","cwd":"/project","client":"shop",' +
        '"input-messages":["Make tea.","\\"now\\""],"last-assistant-message":"Done."}',
    ])
  })

  test('is told that there was no message, and nothing of a client that has no name', () => {
    const [, payload = ''] = notifyCommand(['tell'], { ...end, lastAssistantMessage: null }) ?? []

    expect(JSON.parse(payload)).toMatchObject({ 'last-assistant-message': null })
    expect(payload).not.toContain('client')
  })

  test('is none where none is named', () => {
    expect(notifyCommand([], end)).toBe(null)
    expect(notifyCommand([''], end)).toBe(null)
  })
})
