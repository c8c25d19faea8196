import { expect, test } from 'vitest'
import { LastSaved } from '../../src/saved/last-saved.ts'
import { temporaryFolder } from '../files/temporary.ts'

test('a step is told when one that began later has saved the same audit, and only then', async () => {
  await using root = await temporaryFolder()
  const step = (minute: number, audit = 'a') => new LastSaved(root.path, audit, `2026-11-22T12:0${minute}:00.000Z`)
  const [first, second] = [step(1), step(2)]
  expect([first.isByLater, second.isByLater]).toEqual([false, false])
  first.note()
  expect([first.isByLater, second.isByLater]).toEqual([false, false])
  second.note()
  expect([first.isByLater, second.isByLater]).toEqual([true, false])
  expect(step(1, 'another').isByLater).toBe(false)
})

test('where nothing can be noted, nothing is known, and nothing fails', () => {
  const lost = new LastSaved('/there/is/no/such/folder', 'a', '2026-11-22T12:00:00.000Z')
  lost.note()
  expect(lost.isByLater).toBe(false)
})
