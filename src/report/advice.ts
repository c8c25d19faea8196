import type { ErrorCategory, SubjectType } from '../domain/category.ts'

/** One thing to do about a category, for the types for which it is the same. */
export interface Advice {
  readonly category: ErrorCategory
  readonly types: readonly SubjectType[]
  readonly title: string
  readonly meaning: string
  readonly action: string
}

const people: readonly SubjectType[] = ['users', 'service-principals']

/**
 * What each category means and what to do about it, in the order in which it is best done: first what may stop jobs, then
 * what AIM would get wrong, last what only waits to be tidied up. Our words, plain Markdown, no directory text.
 */
export const ADVICE: readonly Advice[] = [
  {
    category: 'EXTERNAL_ID_NOT_IN_IDP',
    types: ['service-principals'],
    title: 'Service principals whose link leads nowhere',
    meaning:
      'The external id belongs to no service principal of the identity provider: it was deleted there, lives in another tenant, or the id is another one, such as the object id of the app registration.',
    action:
      'Look at these first: with AIM on, what is not in the identity provider may be deactivated, and its jobs stop. Set the external id to the object id of the right service principal, or retire it.',
  },
  {
    category: 'NAME_MATCH_EXTERNAL_ID_MISMATCH',
    types: people,
    title: 'Known to the identity provider by name, but linked to something else or to nothing',
    meaning:
      'The identity provider has that username or application id under another external id. AIM goes by the external id, so it would not see that the two are one.',
    action:
      'Set the external id to the object id of the directory object (SCIM PATCH, path `externalId`), after making sure that no other principal holds it. Where the external id was empty, this cannot be undone by API. If the row also carries `EXTERNAL_ID_MATCH_NAME_MISMATCH`, id and name lead to two different identities: settle which one it is before changing anything.',
  },
  {
    category: 'NAME_MATCH_EXTERNAL_ID_MISMATCH',
    types: ['groups'],
    title: 'Groups whose name the identity provider uses for another group',
    meaning:
      'AIM cannot provision a group of the identity provider while a local group, or one with another link, holds its name.',
    action:
      'With one candidate: set the external id of the group to its object id (SCIM PATCH, path `externalId`). With several: pick the right one by hand, or rename the Databricks group if it is none of them.',
  },
  {
    category: 'EXTERNAL_ID_MATCH_NAME_MISMATCH',
    types: people,
    title: 'Rightly linked, but under another name',
    meaning:
      'The external id leads to an identity with another username or application id, often after a rename. At the next sign-in a second user with the same external id may come into being.',
    action:
      'Names of users and service principals cannot be changed by API, which accepts such a change without making it. Ask Databricks support to correct them; the change applies to every account of that user in the cloud. If the link is the mistake, correct the external id.',
  },
  {
    category: 'EXTERNAL_ID_MATCH_NAME_MISMATCH',
    types: ['groups'],
    title: 'Groups that are rightly linked, but under another name',
    meaning: 'The external id leads to a group with another name, often after a rename in the identity provider.',
    action:
      'Rename the Databricks group as in the identity provider, or correct the external id if the link is the mistake.',
  },
  {
    category: 'GROUP_HAS_LOCAL_MEMBERS_WITH_EXTERNAL_ID',
    types: ['groups'],
    title: 'Groups with linked members whom the identity provider does not have in the group',
    meaning:
      'Membership was given in Databricks only. With AIM the identity provider decides, so these members may lose what the group grants.',
    action:
      'Add them to the group in the identity provider, or remove them from it in Databricks. Nest a nested group there as well; do not flatten it.',
  },
  {
    category: 'GROUP_HAS_LOCAL_MEMBERS_WITHOUT_EXTERNAL_ID',
    types: ['groups'],
    title: 'Groups with members that are not linked at all',
    meaning: 'These members exist in Databricks only, so the identity provider cannot have them in the group.',
    action:
      'Link them first if the identity provider knows them, then add them to the group there; otherwise remove them from the group in Databricks. A nested group must be linked and nested in the identity provider; do not flatten it.',
  },
  {
    category: 'IDENTITY_FEDERATION_DISABLED',
    types: ['workspaces'],
    title: 'Workspaces without identity federation',
    meaning: 'AIM does not reach a workspace that manages its own identities.',
    action:
      'Enable identity federation by assigning a Unity Catalog metastore to the workspace. At least one workspace needs it before AIM can be switched on; better all of them.',
  },
  {
    category: 'EXTERNAL_ID_NOT_IN_IDP',
    types: ['users', 'groups'],
    title: 'Users and groups whose link leads nowhere',
    meaning:
      'No identity of that type has the external id: mostly deleted in the identity provider, sometimes of another tenant (AIM covers one tenant only) or a mistyped id.',
    action:
      'Deactivate or remove who has left, set the right external id where it is wrong, and keep identities of another tenant out of AIM.',
  },
]
