import { expect, test } from 'vitest'
import { userAgentOf } from '../../src/http/user-agent.ts'

test('userAgentOf() speaks as the Databricks SDKs do', () => {
  const facts = { version: '1.2.3', node: 'v24.21.0', os: 'linux', authType: 'github-oidc' }
  expect(userAgentOf(facts)).toBe('aim-readiness-action/1.2.3 node/24.21.0 os/linux cicd/github auth/github-oidc')
  expect(userAgentOf({ ...facts, os: 'a b\r\nx: y' })).not.toMatch(/[\r\n:]/)
})
