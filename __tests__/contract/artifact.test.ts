import { describe, expect, test } from 'vitest'
import { type ArtifactRequest, artifactNameOf, uploadArtifact } from '../../src/github/artifact.ts'

const TAKEN = new Error(
  'Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run',
)

/** A service with these names taken. */
const service = (taken: readonly string[] = [], fail?: Error) => {
  const uploads: { name: string; files: string[]; root: string; options: object | undefined }[] = []
  const client: ArtifactRequest['client'] = {
    uploadArtifact: async (name, files, root, options) => {
      if (fail !== undefined) throw fail
      if (taken.includes(name)) throw TAKEN
      uploads.push({ name, files, root, options })
      return { id: 77, size: 1, digest: 'd' }
    },
  }
  return { client, uploads }
}

const request = (client: ArtifactRequest['client'], changes: Partial<ArtifactRequest> = {}): ArtifactRequest => ({
  client,
  name: 'aim-readiness',
  attempt: 1,
  job: 'audit',
  fingerprint8: '0a1b2c3d',
  files: ['/r/a.csv', '/r/report.json'],
  root: '/r',
  retentionDays: undefined,
  run: { serverUrl: 'https://github.com', repository: 'o/r', id: '123' },
  ...changes,
})

describe('artifactNameOf', () => {
  test.each([
    ['aim', 1, undefined, 'aim'],
    ['aim', 2, undefined, 'aim-attempt-2'],
    ['aim', 1, { job: 'audit', fingerprint8: '0a1b2c3d' }, 'aim-audit-0a1b2c3d'],
    ['aim', 3, { job: 'a: b/c "d"', fingerprint8: '0a1b2c3d' }, 'aim-attempt-3-a-b-c-d--0a1b2c3d'],
    ['aim', 1, { job: '', fingerprint8: '0a1b2c3d' }, 'aim-job-0a1b2c3d'],
    ['aim', Number.NaN, undefined, 'aim'],
  ])('%s, attempt %d, clash %j: %s', (name, attempt, clash, expected) => {
    expect(artifactNameOf(name, attempt, clash)).toBe(expected)
  })
})

describe('uploadArtifact', () => {
  test('uploads the files and tells where they are', async () => {
    const { client, uploads } = service()
    expect(await uploadArtifact(request(client, { retentionDays: 30 }))).toEqual({
      state: 'uploaded',
      id: '77',
      name: 'aim-readiness',
      url: 'https://github.com/o/r/actions/runs/123/artifacts/77',
    })
    expect(uploads).toEqual([
      {
        name: 'aim-readiness',
        files: ['/r/a.csv', '/r/report.json'],
        root: '/r',
        options: expect.objectContaining({ retentionDays: 30 }),
      },
    ])
  })

  test('a name that is taken is made unique once', async () => {
    expect(await uploadArtifact(request(service(['aim-readiness']).client))).toMatchObject({
      state: 'uploaded',
      name: 'aim-readiness-audit-0a1b2c3d',
    })
    const both = service(['aim-readiness-attempt-2', 'aim-readiness-attempt-2-audit-0a1b2c3d'])
    expect(await uploadArtifact(request(both.client, { attempt: 2 }))).toMatchObject({ state: 'failed' })
  })

  test('nothing to upload is nothing uploaded', async () => {
    expect(await uploadArtifact(request(service().client, { files: [] }))).toEqual({ state: 'nothing' })
  })

  test('a failure is told, briefly and without addresses, never thrown', async () => {
    const signed = new Error(`Upload failed: https://store.blob.core.windows.net/c?sig=SECRET\n${'x'.repeat(5000)}`)
    const state = await uploadArtifact(request(service([], signed).client))
    if (state.state !== 'failed') throw new Error('did not fail')
    expect(state.why).not.toMatch(/SECRET|\n/)
    expect(state.why.length).toBeLessThan(250)
    const quota = Object.assign(new Error('long words'), { name: 'UsageError' })
    expect(await uploadArtifact(request(service([], quota).client))).toMatchObject({ state: 'failed' })
    const noId = { uploadArtifact: async () => ({}) }
    expect(await uploadArtifact(request(noId))).toMatchObject({ state: 'failed' })
  })

  test('an upload that never ends is given up', async () => {
    const client = { uploadArtifact: () => new Promise<never>(() => {}) }
    expect(await uploadArtifact(request(client, { limitMs: 5 }))).toMatchObject({ state: 'failed' })
  })
})
