import nock from 'nock'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'

export const API = 'https://api.github.com'
export const api = {
  ...{ owner: 'o', repo: 'r', apiUrl: API, token: 'ghs_token' },
  ...{ signal: new AbortController().signal, pauseMs: 0 },
}

/** Nothing leaves the tests of this file; `isStrict`: and every answer that is prepared is asked for. */
export function offline({ isStrict = false } = {}): void {
  beforeAll(() => nock.disableNetConnect())
  afterEach(() => {
    const pending = nock.pendingMocks()
    nock.cleanAll()
    if (isStrict) expect(pending).toEqual([])
  })
  afterAll(() => {
    nock.enableNetConnect()
    nock.restore()
  })
}
