import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DirectoryObjects } from '../../src/domain/directory.ts'
import { lookUpNames } from '../../src/entra/names.ts'
import { never } from './wire.ts'

/** The questions that are asked about these names, when Graph knows none of them. */
async function questionsAbout(names: readonly string[]): Promise<string[]> {
  const urls: string[] = []
  const graph = {
    host: 'graph.microsoft.com',
    ask: async <T>({ url }: { url: string }, decode: (json: unknown) => T): Promise<T> => {
      urls.push(url)
      return decode({ value: [] })
    },
  }
  await lookUpNames(graph, 'groups', names, new DirectoryObjects(), never)
  return urls
}

/** What a literal stands for; a quote within is written twice. */
const namesIn = (filter: string): string[] =>
  [...filter.matchAll(/'((?:[^']|'')*)'/g)].map(([, text]) => (text ?? '').replaceAll("''", "'"))

test('lookUpNames: case 48: no filter is larger than Graph takes, and every name is asked about once', async () => {
  const name = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 256 })
    .filter((text) => text.length <= 256 && text.isWellFormed())
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { maxLength: 80 }), async (names) => {
      const urls = await questionsAbout(names)
      const asked = urls.map((url) => namesIn(new URL(url).searchParams.get('$filter') ?? ''))
      expect(asked.flat()).toEqual(names)
      for (const [index, url] of urls.entries()) {
        expect(asked[index]?.length).toBeLessThanOrEqual(15)
        // One name alone may be longer than an address should be; it is asked about all the same.
        if (asked[index]?.length !== 1) expect(url.length).toBeLessThanOrEqual(2048)
      }
    }),
    { numRuns: 60 },
  )
})
