import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { HOSTILE_NAMES } from '../report/corpus.ts'
import { linkable, pageOf, tablesIn } from '../report/rendered.ts'
import { parseCommand } from '../sandbox/commands.ts'
import { expectedFiles } from '../sandbox/oracle.ts'
import { ACTION_FOLDER, type RunResult, runAction } from '../sandbox/runner.ts'
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts'
import { bytesOf, csvsOf, rowsOf } from './evidence.ts'
import { hostileAccount, NAMES_SHOWN } from './hostile-account.ts'

const NAMES = HOSTILE_NAMES.filter((name) => name !== '')
const PARTS = Array.from({ length: Math.ceil(NAMES.length / NAMES_SHOWN) }, (_, part) =>
  NAMES.slice(part * NAMES_SHOWN, (part + 1) * NAMES_SHOWN),
)
const INPUTS = { thresholds: '"*": 0', resume: 'off' }

/** Commands of a log in order, without what differs from run to run. */
const commandsOf = ({ log }: RunResult) =>
  log.flatMap((line) => {
    const { name, properties, data } = parseCommand(line) ?? {}
    if (name === undefined) return []
    return name === 'debug' || name === 'add-mask' ? [[name]] : [[name, properties, data]]
  })

const shapesOf = (summary: string) => tablesIn(summary).map((table) => table.map((row) => row.length))

/** A cell that starts so may be run as a formula. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/
/** Controls, marks of direction, line separators, what cannot be seen. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\u{E0000}-\u{E007F}]/u

describe('names of a hostile directory', () => {
  let plain: RunResult
  beforeAll(async () => {
    const names = Array.from({ length: NAMES_SHOWN }, (_, index) => `plain name ${index}`)
    await using sandbox = await startSandbox({ account: hostileAccount(names) })
    plain = await runAction(sandbox, { inputs: INPUTS })
  })

  test('the corpus is large, and a plain account shows all that it has', () => {
    expect(NAMES.length).toBeGreaterThan(150)
    expect(pageOf(plain.summary).code.filter((text) => text.startsWith('plain name ')).length).toBeGreaterThan(
      NAMES_SHOWN,
    )
  })

  describe.each(PARTS.map((names, part) => [part, names] as const))('part %d of the corpus', (_, names) => {
    let sandbox: Sandbox
    let safe: RunResult
    let exact: RunResult
    beforeAll(async () => {
      sandbox = await startSandbox({ account: hostileAccount(names) })
      safe = await runAction(sandbox, { inputs: INPUTS })
      exact = await runAction(sandbox, { inputs: { ...INPUTS, 'csv-format': 'exact', 'upload-artifact': 'false' } })
    })
    afterAll(() => sandbox?.[Symbol.asyncDispose]())

    test('case 68: the log has the commands of the action and no other', () => {
      expect(commandsOf(safe)).toEqual(commandsOf(plain))
      expect(safe.annotations.length).toBe(1)
      const ours = new Set([...sandbox.tokens.map(({ token }) => token), ...sandbox.assertions.keys()])
      const foreign = [...safe.masks].filter((mask) => !ours.has(mask) && !/^[0-9a-f-]{36}$/.test(mask))
      expect(foreign).toEqual([])
    })

    test('case 68: the log shows no name, and nothing that cannot be seen', () => {
      const log = safe.log.filter((line) => !line.startsWith('::add-mask::')).join('\n')
      expect(names.filter((name) => name.length > 5 && log.includes(name) && !plain.log.includes(name))).toEqual([])
      expect(safe.log.filter((line) => UNSEEN.test(line))).toEqual([])
    })

    test('case 68: the summary has our tags only, one link, no mention and no table out of shape', () => {
      const page = pageOf(safe.summary)
      expect(new Set(page.tags)).toEqual(new Set(pageOf(plain.summary).tags))
      expect(page.tags.filter((tag) => tag === 'a')).toHaveLength(1)
      expect(page.prose).not.toMatch(linkable)
      expect(shapesOf(safe.summary)).toEqual(shapesOf(plain.summary))
      expect(safe.summary.split('\n').filter((line) => UNSEEN.test(line))).toEqual([])
    })

    test('case 68: outputs hold what action.yml names, and no name', () => {
      const { outputs } = parse(readFileSync(join(ACTION_FOLDER, 'action.yml'), 'utf8'))
      expect(Object.keys(safe.outputs).sort()).toEqual(Object.keys(outputs).sort())
      const text = Object.values(safe.outputs).join('\n')
      expect(names.filter((name) => name.length > 5 && text.includes(name))).toEqual([])
    })

    test('case 68: no cell of a safe file is a formula, and an exact one is the true bytes', () => {
      for (const name of Object.keys(csvsOf(safe)))
        expect(
          rowsOf(safe, name)
            .flat()
            .filter((cell) => FORMULA.test(cell)),
          name,
        ).toEqual([])
      expect(csvsOf(safe)).toEqual(bytesOf(expectedFiles(sandbox.account)))
      expect(csvsOf(exact)).toEqual(bytesOf(expectedFiles(sandbox.account, { csvFormat: 'exact' })))
    })
  })
})
