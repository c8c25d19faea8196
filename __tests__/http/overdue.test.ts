import { expect, test } from 'vitest'
import { onCancel } from '../../src/http/cancel.ts'
import { Overdue } from '../../src/http/overdue.ts'
import { fakeClock } from './fake-clock.ts'

test('Overdue: ends each call when its own time is up, and none that was over before', async () => {
  const clock = fakeClock()
  const overdue = new Overdue(1_000, clock)
  const ended: [string, number][] = []
  const watch = (name: string) => overdue.watch(() => ended.push([name, clock.now()]))
  const first = watch('first')
  await clock.sleep(300)
  watch('second')
  await clock.sleep(100)
  watch('third')
  first()
  await clock.sleep(5_000)
  expect(ended).toEqual([
    ['second', 1_300],
    ['third', 1_400],
  ])
})

test('Overdue: works again after nothing was left to watch', async () => {
  const clock = fakeClock()
  const overdue = new Overdue(1_000, clock)
  overdue.watch(() => {})()
  await clock.sleep(700)
  let endedAt = 0
  overdue.watch(() => {
    endedAt = clock.now()
  })
  await clock.sleep(5_000)
  expect(endedAt).toBe(1_700)
})

test('onCancel: calls everybody who still waits, once', () => {
  const cancel = new AbortController()
  const called: string[] = []
  onCancel(cancel.signal, () => called.push('one'))
  const forget = onCancel(cancel.signal, () => called.push('two'))
  const forgetThree = onCancel(cancel.signal, () => called.push('three'))
  forget()
  cancel.abort()
  cancel.abort()
  forgetThree()
  expect(called).toEqual(['one', 'three'])
})
