import { expect, test } from 'vitest'
import { keepingLast } from '../../src/http/keeping-last.ts'

test('keepingLast() answers as the function does, whatever was asked before, and asks it no more than needed', () => {
  const asked: string[] = []
  const lengthOf = keepingLast((text) => {
    asked.push(text)
    return text.length
  })
  expect(['', 'a', 'a', 'bcd', 'a'].map(lengthOf)).toStrictEqual([0, 1, 1, 3, 1])
  expect(asked).toStrictEqual(['', 'a', 'bcd', 'a'])
})
