import { describe, expect, test } from 'vitest'
import { savedRecordOf } from '../../src/files/saved-record.ts'
import type { ResultRecord } from '../../src/ports.ts'

const divergent = (externalId: string, nameMatches: readonly string[] = []): ResultRecord => ({
  ...{ type: 'users', position: 0 },
  outcome: {
    kind: 'divergent',
    divergence: {
      ...{ type: 'users', id: '17', name: 'ada@example.com', externalId, nameMatches },
      ...{ localMembers: [], externalMembers: [], categories: ['EXTERNAL_ID_NOT_IN_IDP'] },
    },
  },
})

describe('savedRecordOf, without a key', () => {
  test.each([
    ['a UUID', '5f0b2c1e-9a43-4f0e-8d77-1b2c3d4e5f60'],
    ['a UUID in braces', '{5F0B2C1E-9A43-4F0E-8D77-1B2C3D4E5F60}'],
    ['a number of Google', '104832779211345678901'],
    ['24 hexadecimal digits', '64b1f0c2a9d3e8f7b6a5c4d3'],
    ['an id of Okta', '00u1a2b3c4D5e6F7g8h9'],
    ['nothing', ''],
  ])('keeps %s, and no name', (_, id) => {
    const saved = savedRecordOf(divergent(id, id === '' ? [] : [id]), false)
    expect(saved).toMatchObject({ outcome: { divergence: { id: '17', externalId: id } } })
    expect(JSON.stringify(saved)).not.toContain('ada')
  })

  test.each([
    'ada.lovelace@example.com',
    'ada_lovelace_1815_london',
    'AdaLovelaceOfMarylebone1815',
    'Lovelace-Ada-0123456',
    'team-difference-engine-2',
    'lovelace',
  ])('leaves out what may be a name: %s', (name) => {
    expect(savedRecordOf(divergent(name), false)).toBeUndefined()
    expect(savedRecordOf(divergent('', [name]), false)).toBeUndefined()
    expect(savedRecordOf(divergent(name), true)).toBeDefined()
  })
})
