import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DefaultArtifactClient } from '@actions/artifact'
import nock from 'nock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TrustedQuery, trustedResults } from '../../src/github/trusted-results.ts'
import { temporaryFolder } from '../files/temporary.ts'
import { zipOf } from '../sandbox/zip.ts'
import { offline, online } from './wire.ts'

const API = 'https://api.github.com'
const BLOB = 'https://productionresults.blob.core.windows.net'
const write = process.stdout.write

beforeEach(() => {
  offline()
  // The toolkit tells what it does.
  process.stdout.write = () => true
})
afterEach(() => {
  process.stdout.write = write
  online()
})

const served = (zip: Buffer) => {
  const run = {
    ...{ id: 3, event: 'schedule', status: 'completed', head_branch: 'main', head_sha: 'c'.repeat(40) },
    ...{ html_url: `https://github.com/o/r/actions/runs/3`, head_repository: { full_name: 'o/r' } },
  }
  const artifact = { id: 31, name: 'aim-readiness', size_in_bytes: zip.length, expired: false, digest: null }
  nock(API)
    .get('/repos/o/r/actions/workflows/audit.yml/runs')
    .query(true)
    .reply(200, { workflow_runs: [run] })
  nock(API)
    .get('/repos/o/r/actions/runs/3/artifacts')
    .query(true)
    .reply(200, { artifacts: [artifact] })
  nock(API, { reqheaders: { authorization: 'token ghs_token' } })
    .get('/repos/o/r/actions/artifacts/31/zip')
    .reply(302, undefined, { location: `${BLOB}/x.zip?sig=s` })
  // The address is signed: our token has no business there.
  nock(BLOB, { badheaders: ['authorization'] })
    .get('/x.zip?sig=s')
    .reply(200, zip, { 'content-type': 'application/zip' })
}

const query = (temp: string): TrustedQuery => ({
  api: { owner: 'o', repo: 'r', apiUrl: API, token: 'ghs_token', signal: new AbortController().signal, pauseMs: 0 },
  client: new DefaultArtifactClient(),
  ...{ workflow: 'audit.yml', defaultBranch: 'main', runId: '1', artifactName: 'aim-readiness', temp, most: 1 },
})

test("trustedResults downloads by the toolkit's own client: the files are there, and nothing lands outside of their folder", async () => {
  await using parent = await temporaryFolder()
  served(zipOf({ 'report.json': '{"ü":1}', '../../escaped.txt': 'x', '/absolute.txt': 'y' }))
  let seen = 0
  for await (const { folder } of trustedResults(query(parent.path))) {
    seen++
    expect(await readFile(join(folder, 'report.json'), 'utf8')).toBe('{"ü":1}')
    expect(await readdir(parent.path)).toEqual([folder.slice(parent.path.length + 1)])
  }
  expect(seen).toBe(1)
  expect(await readdir(parent.path)).toEqual([])
})
