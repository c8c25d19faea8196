import type { FindingClass, FindingType, Mark, Owner } from '../finding.ts'

/** One thing to do, for the findings that it settles. */
export interface Step {
  /** Of the findings: the same category may block, or be no more than a name spelt otherwise. */
  readonly class: FindingClass
  readonly marks: readonly Mark[]
  readonly types: readonly FindingType[]
  /** Finished sentence, no directory text, plain Markdown. */
  readonly action: string
  readonly owner: Owner
  /** No CSV tells of it: the rows are in `findings.json`. */
  readonly isInNoCsv: boolean
  /** Carrying it out sets the external id. */
  readonly links: boolean
}

const people: readonly FindingType[] = ['user', 'service-principal']
const principals: readonly FindingType[] = ['user', 'group', 'service-principal']

const step = (
  of: FindingClass,
  marks: readonly Mark[],
  types: readonly FindingType[],
  owner: Owner,
  action: string,
  more: { links?: boolean; isInNoCsv?: boolean } = {},
): Step => ({ class: of, marks, types, owner, action, isInNoCsv: false, links: false, ...more })

/** In the order in which it is best done: what may stop jobs, what must be settled before linking, links, names, the rest. */
export const STEPS: readonly Step[] = [
  step(
    'blocker',
    ['STALE_SERVICE_PRINCIPAL'],
    ['service-principal'],
    'databricks-admin',
    'Find out what runs as these service principals: with AIM on they may be deactivated and their jobs stop. Link each to the right service principal of the identity provider, or retire it.',
  ),
  step(
    'blocker',
    ['DUPLICATE_EXTERNAL_ID'],
    principals,
    'databricks-admin',
    'Settle which one of the principals that share an external id keeps it, before linking anything.',
    { isInNoCsv: true },
  ),
  step(
    'blocker',
    ['CONFLICT'],
    principals,
    'security',
    'Id and name lead to two different identities: find out which one it is. Change nothing before that.',
  ),
  step(
    'blocker',
    ['TARGET_TAKEN'],
    principals,
    'databricks-admin',
    'Settle who is to hold the external id to link to; another principal holds it, or would get it as well.',
    { isInNoCsv: true },
  ),
  step(
    'blocker',
    ['NAME_MATCH_EXTERNAL_ID_MISMATCH'],
    people,
    'databricks-admin',
    'Set the external id to the object id that the identity provider has for the name.',
    { links: true },
  ),
  step(
    'blocker',
    ['AMBIGUOUS_NAME'],
    ['group'],
    'databricks-admin',
    'Pick by hand the one group of the identity provider that is meant, or rename the Databricks group if it is none of them.',
  ),
  step(
    'blocker',
    ['NAME_MATCH_EXTERNAL_ID_MISMATCH'],
    ['group'],
    'databricks-admin',
    'Set the external id of the group to the object id of its namesake, or rename the Databricks group.',
    { links: true },
  ),
  step(
    'blocker',
    ['EXTERNAL_ID_MATCH_NAME_MISMATCH'],
    people,
    'support',
    'Ask Databricks support to correct the name, which no API can change; if the link is the mistake, correct the external id.',
  ),
  step(
    'blocker',
    ['EXTERNAL_ID_MATCH_NAME_MISMATCH'],
    ['group'],
    'databricks-admin',
    'Rename the Databricks group as in the identity provider, or correct the external id if the link is the mistake.',
  ),
  step(
    'review',
    ['NESTED_GROUP_MEMBER'],
    ['group'],
    'entra-admin',
    'Add the nested group to the identity provider, link it and nest it there as well; do not flatten it.',
    { isInNoCsv: true },
  ),
  step(
    'review',
    ['GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID', 'GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID'],
    ['group'],
    'entra-admin',
    'Add the members to the group in the identity provider (link first who is not linked), or remove them from the group in Databricks.',
  ),
  step(
    'review',
    ['GUEST'],
    ['user'],
    'entra-admin',
    'Look at guests: the same person may appear under a mail address and under an `#EXT#` name. Decide under which one the guest stays.',
  ),
  step(
    'review',
    ['SAME_OBJECT', 'CASE_ONLY', 'EXTERNAL_ID_MATCH_NAME_MISMATCH'],
    principals,
    'databricks-admin',
    'Look through names that are most likely only written in another way; the link is right, so no ticket is needed.',
  ),
  step(
    'review',
    ['IDENTITY_FEDERATION_DISABLED'],
    ['workspace'],
    'databricks-admin',
    'Enable identity federation by assigning a Unity Catalog metastore to the workspace.',
  ),
  step(
    'out-of-scope',
    ['FOREIGN_DOMAIN', 'EXTERNAL_ID_NOT_IN_IDP'],
    ['user'],
    'security',
    'Decide about identities of another tenant, which AIM cannot manage: keep them on SCIM, or let them go.',
  ),
  step(
    'hygiene',
    ['DUPLICATE_EXTERNAL_ID'],
    principals,
    'databricks-admin',
    'Look through principals that share an external id which the identity provider does not know: it is right for none of them.',
    { isInNoCsv: true },
  ),
  step(
    'hygiene',
    ['MALFORMED_EXTERNAL_ID'],
    principals,
    'databricks-admin',
    'Correct external ids that are not object ids at all.',
  ),
  step(
    'hygiene',
    ['EXTERNAL_ID_NOT_IN_IDP'],
    principals,
    'databricks-admin',
    'Look through identities whose link leads nowhere: deactivate who has left, correct what is mistyped. Nothing is urgent here.',
  ),
]

/** The step of a finding: the first one of its class about a mark that weighs so. There is one for every such mark. */
export function stepOf(
  type: FindingType,
  weighed: readonly { mark: Mark; class: FindingClass }[],
  of: FindingClass,
): Step {
  const decisive = weighed.filter((one) => one.class === of).map(({ mark }) => mark)
  const found = STEPS.find(
    (one) => one.class === of && one.types.includes(type) && one.marks.some((mark) => decisive.includes(mark)),
  )
  if (found === undefined) throw new Error(`No step for ${type} with ${decisive.join(', ')}`)
  return found
}
