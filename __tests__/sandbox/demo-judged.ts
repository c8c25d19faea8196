import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountPrincipal, MakeBelieveAccount } from './account.ts'
import { nightly } from './repository-server.ts'
import { type RunOptions, type RunResult, runAction } from './runner.ts'
import type { Sandbox } from './sandbox.ts'

export type Judging = 'evaluate' | 'baseline'

const [BASE, HEAD] = ['ba5e'.repeat(10), '4ead'.repeat(10)]
const AUDIT = 4700

const PULL_REQUEST = {
  eventName: 'pull_request',
  event: {
    repository: { visibility: 'private', private: true, default_branch: 'main' },
    pull_request: {
      number: 7,
      base: { sha: BASE, repo: { full_name: 'octo/aim' } },
      head: { sha: HEAD, repo: { full_name: 'octo/aim' } },
    },
  },
}

/** An audit as it ran last night, and then what judges by it; `title` comes before each. */
export async function judgedByLastNight(
  judging: Judging,
  sandbox: Sandbox,
  step: RunOptions,
  title: (text: string) => void,
): Promise<RunResult> {
  const inputs = {
    ...step.inputs,
    thresholds: step.inputs?.thresholds || 'blockers: 0',
  }
  title('Last night: an audit on the default branch')
  const audit = await runAction(sandbox, { ...step, inputs: { ...inputs, 'upload-artifact': 'false' } })
  sandbox.repository.runs.push(nightly(AUDIT, Object.fromEntries(audit.results)))
  const workspace = await mkdtemp(join(tmpdir(), 'aim-readiness-demo-'))
  if (judging === 'evaluate') {
    title('Now: a pull request, judged by what the audit found; Databricks is not asked')
    const more = {
      mode: 'evaluate',
      'azure-tenant-id': undefined,
      'azure-client-id': undefined,
      'pr-comment': 'always',
    }
    return await runAction(sandbox, { ...step, ...PULL_REQUEST, workspace, inputs: { ...inputs, ...more } })
  }
  const { broken, mended } = changeLinks(sandbox.account)
  title(`Now: an audit again, ${broken} links having been broken and ${mended} mended meanwhile`)
  return await runAction(sandbox, {
    ...step,
    workspace,
    inputs: { ...inputs, baseline: 'artifact', 'new-only': 'true' },
  })
}

const MOST = 3

/** Takes some users' links away, and gives others the one that they lack. */
function changeLinks({ principals, directory }: MakeBelieveAccount): { broken: number; mended: number } {
  const objectIds = new Map(directory.filter(({ type }) => type === 'users').map((one) => [one.name, one.objectId]))
  const known = principals.users.filter(({ name }) => objectIds.has(name))
  const linked = known.filter(({ name, externalId }) => externalId === objectIds.get(name)).slice(0, MOST)
  const unlinked = known.filter(({ externalId }) => externalId === '').slice(0, MOST)
  const link = (user: AccountPrincipal, externalId: string) => {
    user.externalId = externalId
  }
  for (const user of linked) link(user, '')
  for (const user of unlinked) link(user, objectIds.get(user.name) ?? '')
  return { broken: linked.length, mended: unlinked.length }
}
