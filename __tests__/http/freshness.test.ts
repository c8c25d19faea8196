import { expect, test } from 'vitest'
import { authorised } from '../../src/http/authorised.ts'
import { systemClock } from '../../src/http/clock.ts'
import type { HttpAnswer, HttpRequest } from '../../src/http/send.ts'
import { tokenHolder } from '../../src/http/token.ts'

const request: HttpRequest = { call: 'workspaces.list', url: 'https://accounts.cloud.databricks.com/' }
const { signal } = new AbortController()

/** Tokens `1`, `2`, … */
function signIn() {
  let issued = 0
  const fetch = async () => ({ token: String(++issued), lifetimeMs: 3_600_000 })
  const tokens = tokenHolder({ fetch, clock: systemClock, random: () => 0, onToken() {}, signal })
  return { tokens, issued: () => issued }
}

const answer = (status: number): HttpAnswer => ({ status, headers: {}, text: '' })

test('authorised: a 401 to a token that once served, and that others have replaced since, does not end the run (case 49)', async () => {
  const { tokens } = signIn()
  const bearers: string[] = []
  const slow = authorised(tokens)(async ({ headers = {} }) => {
    bearers.push(String(headers.authorization))
    // While this answer is on its way, others use up this token and get the next.
    if (bearers.length > 2) return answer(200)
    const used = await tokens.current(signal)
    tokens.accept(used)
    tokens.reject(used)
    tokens.accept(await tokens.current(signal))
    return answer(401)
  })
  expect((await slow(request, signal)).status).toBe(200)
  expect(bearers).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3'])
})

test('authorised: a second 401 that answers a fresh token ends the run (case 49)', async () => {
  const { tokens, issued } = signIn()
  const refused = authorised(tokens)(async () => answer(401))
  await expect(refused(request, signal)).rejects.toMatchObject({ reason: 'sign-in' })
  expect(issued()).toBe(2)
})
