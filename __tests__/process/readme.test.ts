import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { makeAccount } from '../sandbox/account.ts'
import { runAction } from '../sandbox/runner.ts'
import { startSandbox } from '../sandbox/sandbox.ts'

const README = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8')

/** What stands in the README as an excerpt of a summary. */
const excerpt = README.split('\n')
  .filter((line) => line.startsWith('> '))
  .map((line) => line.slice(2).replace(/^###/, '##'))

const cellsOf = (line: string) => line.split('|').map((cell) => cell.trim().replaceAll('`', ''))

test('README: the excerpt of the summary is what an audit of the account of the demo tells', async () => {
  const rules = excerpt.map(cellsOf).filter((cells) => cells.length === 8 && /within|exceeded/.test(cells[6] ?? ''))
  expect(rules).toHaveLength(5)
  const thresholds = rules.map(([, rule, , , , limit]) => `"${rule}": ${limit}`).join('\n')
  await using sandbox = await startSandbox({ account: makeAccount() })
  const { summary } = await runAction(sandbox, { inputs: { thresholds, 'primary-domains': 'example.com' } })
  const told = new Set(summary.split('\n'))
  for (const line of excerpt) expect(told).toContain(line)
})
