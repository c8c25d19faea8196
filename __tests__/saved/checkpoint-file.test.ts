import { describe, expect, test } from 'vitest'
import { checkpointOf } from '../../src/files/checkpoint-file.ts'
import { checkpointOfRun, hastyClock } from './make-believe-audit.ts'

const PACE = { mode: 'paced', perSecond: 760, window: 64 }
const read = (paces: unknown) => checkpointOf(JSON.stringify({ ...checkpointOfRun('1', hastyClock()), paces }))

describe('checkpointOf, paces', () => {
  test.each([
    ['none', {}],
    ['of Databricks only, as before Graph was paced', { list: PACE, match: { ...PACE, mode: 'crowded' } }],
    ['of Graph', { list: PACE, match: PACE, graph: { ...PACE, burstSeconds: 4 } }],
    ['of Graph, without its burst', { graph: PACE }],
  ])('%s: read as they were saved', (_, paces) => expect(read(paces)?.paces).toEqual(paces))

  test.each([
    ['a negative rate', { ...PACE, perSecond: -1 }],
    ['a rate beyond reason', { ...PACE, perSecond: 1e9 }],
    ['no rate', { mode: 'paced', window: 64 }],
    ['a rate as text', { ...PACE, perSecond: '760' }],
    ['a rate that JSON cannot hold', { ...PACE, perSecond: Number.NaN }],
    ['an unknown mode', { ...PACE, mode: 'closed' }],
    ['a negative burst', { ...PACE, burstSeconds: -4 }],
    ['a burst beyond reason', { ...PACE, burstSeconds: 1e9 }],
    ['a burst as a list', { ...PACE, burstSeconds: [4] }],
    ['something else besides', { ...PACE, units: 4 }],
    ['nothing', null],
  ])('%s: no checkpoint', (_, graph) => expect(read({ graph })).toBeUndefined())

  test('of a server that nobody asks: no checkpoint', () => expect(read({ entra: PACE })).toBeUndefined())
})
