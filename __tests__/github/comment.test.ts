import nock from 'nock'
import { describe, expect, test } from 'vitest'
import { keepComment, pullRequestOf } from '../../src/github/comment.ts'
import { API, api, offline } from './github-api.ts'

const MARKER = '<!-- aim-readiness x -->'
const LIST = '/repos/o/r/issues/7/comments'

offline({ isStrict: true })

const body = `${MARKER}\ntext`
const keep = (bodyOf: (exists: boolean) => string | undefined = () => body) =>
  keepComment({ api, number: 7, marker: MARKER, bodyOf })

const us = (login = 'github-actions[bot]', status = 200) =>
  nock(API)
    .post('/graphql')
    .reply(status, status === 200 ? { data: { viewer: { login } } } : {})
const listed = (comments: object[], page = 1) => nock(API).get(LIST).query({ per_page: 100, page }).reply(200, comments)
const by = (login: string, text = body, id = 1) => ({ id, body: text, user: { login } })

describe('keepComment', () => {
  test('writes the first comment', async () => {
    us()
    listed([by('ada', 'hello')])
    nock(API).post(LIST, { body }).reply(201, {})
    expect(await keep()).toEqual({ state: 'written' })
  })

  test('brings the one of an earlier run up to date, however many came after it', async () => {
    us()
    listed(Array.from({ length: 100 }, (_, id) => by('ada', 'hello', id)))
    listed([by('github-actions[bot]', `${MARKER}\nold`, 4711)], 2)
    nock(API).patch('/repos/o/r/issues/comments/4711', { body }).reply(200, {})
    expect(await keep((exists) => (exists ? body : undefined))).toEqual({ state: 'written' })
  })

  test('a comment of somebody else with our mark, and one of ours that only quotes it, are left alone', async () => {
    us('my-app[bot]')
    listed([by('mallory', `${MARKER}\nAll fine!`), by('my-app[bot]', `> ${MARKER}`), { id: 3, body: null, user: null }])
    nock(API).post(LIST, { body }).reply(201, {})
    expect(await keep()).toEqual({ state: 'written' })
  })

  test('who cannot be found out is taken for the bot of Actions', async () => {
    us('', 403)
    listed([by('github-actions[bot]', body, 9)])
    nock(API).patch('/repos/o/r/issues/comments/9').reply(200, {})
    expect(await keep()).toEqual({ state: 'written' })
  })

  test('nothing to say is nothing sent', async () => {
    us()
    listed([])
    expect(await keep(() => undefined)).toEqual({ state: 'none' })
  })

  test('case 67: a token that may not comment is told which permission is missing, never an error', async () => {
    us()
    listed([])
    nock(API).post(LIST).reply(403, { message: 'Resource not accessible by integration' })
    expect(await keep()).toEqual({ state: 'failed', why: expect.stringContaining('pull-requests: write') })
  })

  test.each([404, 422, 500])('%d is told too', async (status) => {
    us()
    nock(API)
      .get(LIST)
      .query(true)
      .times(status === 500 ? 3 : 1)
      .reply(status, {})
    expect(await keep()).toMatchObject({ state: 'failed' })
  })

  test('so is an answer of another shape', async () => {
    us()
    nock(API).get(LIST).query(true).reply(200, { not: 'a list' })
    expect(await keep()).toMatchObject({ state: 'failed' })
  })
})

test('pullRequestOf', () => {
  expect(pullRequestOf({ pull_request: { number: 7 } })).toBe(7)
  expect(pullRequestOf({ merge_group: {} })).toBeUndefined()
  expect(pullRequestOf(undefined)).toBeUndefined()
})
