import { AuditError } from '../domain/failure.ts'
import type { PrincipalType } from '../domain/principal.ts'
import type { Federation, Workspace } from '../domain/workspace.ts'
import { array, fields, list, or, type Read, text } from '../http/shape.ts'
import type { ListedPrincipal, ListingPage } from '../ports.ts'
import { count, id, optionalId, read, unexpected } from './wire.ts'

const anything: Read<unknown> = (json) => json
const federationInfo = fields({ enable_identity_federation: anything })
const workspace = fields({
  workspace_id: id,
  pricing_tier: text,
  // Undocumented; what the KB script reads. An unfederated workspace may leave out the flag, as proto3 does with false.
  identity_federation_info: (json) => (json === undefined || json === null ? undefined : federationInfo(json)),
})

/** The account's workspaces, each once. Documented as `{workspaces: […]}`, sent as a bare array. */
export function workspacesOf(json: unknown): Workspace[] {
  const what = 'the list of workspaces'
  const wire = Array.isArray(json)
    ? read(array(workspace), json, what)
    : read(fields({ workspaces: array(workspace) }), json, what).workspaces
  const byId = new Map<string, Workspace>()
  for (const { workspace_id, pricing_tier, identity_federation_info: info } of wire)
    if (!byId.has(workspace_id))
      byId.set(workspace_id, { id: workspace_id, federation: federationOf(info), pricingTier: pricing_tier })
  return [...byId.values()]
}

function federationOf(info: { enable_identity_federation: unknown } | undefined): Federation {
  if (info === undefined) return 'unknown'
  return info.enable_identity_federation === true ? 'enabled' : 'disabled'
}

const resource = fields({
  id,
  userName: text,
  displayName: text,
  applicationId: text,
  externalId: text,
  active: (json) => (typeof json === 'boolean' ? json : undefined),
  // Only tells whether the caller is an account admin: an odd shape is no reason to refuse the listing.
  roles: or(list(fields({ value: text })), []),
})

const listing = fields({
  totalResults: count,
  startIndex: optionalId,
  Resources: list(resource),
})

/** Where the unique name of a principal stands. */
const NAMES = { users: 'userName', groups: 'displayName', 'service-principals': 'applicationId' } as const

/** One page of a SCIM listing that was asked for from `startIndex`; it may hold more than was asked for. */
export function pageOf(type: PrincipalType, json: unknown, startIndex: number, what: string): ListingPage {
  const page = read(listing, json, what)
  // An empty page has nothing that could stand in the wrong place, and servers differ in what they echo past the end.
  if (page.Resources.length > 0 && page.startIndex !== '' && Number(page.startIndex) !== startIndex)
    throw unexpected(what, '"startIndex" is not the one that was asked for')
  return {
    promised: page.totalResults,
    principals: page.Resources.map((each) => listedOf(type, each)),
  }
}

const listedOf = (
  type: PrincipalType,
  { id, externalId, active, roles, ...names }: ReturnType<typeof resource>,
): ListedPrincipal => ({
  id,
  name: names[NAMES[type]],
  externalId,
  active,
  roles: roles.map(({ value }) => value).filter((value) => value !== ''),
})

/** One principal by SCIM. */
export function principalOf(type: PrincipalType, json: unknown, askedId: string, what: string): ListedPrincipal {
  const wire = read(resource, json, what)
  if (wire.id !== askedId) throw wrongIdentity(what)
  return listedOf(type, wire)
}

/** Checks that a SCIM resource is the one that was asked for. */
export function confirmResource(json: unknown, askedId: string, what: string): void {
  if (read(fields({ id }), json, what).id !== askedId) throw wrongIdentity(what)
}

/** Somebody mixes up answers: never to be read as anything about the identity that was asked for. */
export const wrongIdentity = (what: string): AuditError =>
  new AuditError('wrong-identity', `The answer to ${what} is about another identity or account`)
