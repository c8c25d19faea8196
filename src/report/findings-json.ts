import { z } from 'zod'
import { ERROR_CATEGORIES } from '../domain/category.ts'
import {
  type Evidence,
  FINDING_CLASSES,
  FINDING_REASONS,
  FINDING_TYPES,
  type Finding,
  type Mark,
  OWNERS,
} from '../domain/finding.ts'
import { JUDGEMENTS } from '../domain/judgement/table.ts'
import { isId } from '../domain/principal.ts'

export const FINDINGS_FILE = 'findings.json'
export const FINDINGS_SCHEMA_VERSION = 1

/** One finding a line, so that a reader needs no more memory than a writer. */
export const FINDINGS_OPENING = `{"schemaVersion":${FINDINGS_SCHEMA_VERSION},"findings":[`
export const FINDINGS_CLOSING = ']}'

/** The keys stand in a fixed order, so that equal audits give equal bytes. */
export const findingLineOf = (finding: Finding): string =>
  JSON.stringify({
    type: finding.type,
    id: finding.id,
    name: finding.name,
    categories: finding.categories,
    class: finding.class,
    reasons: finding.reasons,
    compared: finding.compared,
    action: finding.action,
    owner: finding.owner,
    reversible: finding.reversible,
  })

/** `findings.json` in pieces, in the order given; findings come some hundred at a time. */
export async function* findingsJsonOf(
  findings: Iterable<readonly Finding[]> | AsyncIterable<readonly Finding[]>,
): AsyncGenerator<string> {
  yield FINDINGS_OPENING
  let separator = '\n'
  for await (const block of findings) {
    if (block.length === 0) continue
    yield separator + block.map(findingLineOf).join(',\n')
    separator = ',\n'
  }
  yield `\n${FINDINGS_CLOSING}\n`
}

const id = z.string().refine(isId)
const ids = z.array(id)
const compared = z.object({
  databricks: z.object({ name: z.string(), externalId: z.string(), active: z.boolean().nullable() }),
  idp: z.object({
    name: z.string().nullable(),
    externalIds: z.array(z.string()),
    knowsExternalId: z.boolean().nullable(),
  }),
  localMembers: ids.optional(),
  externalMembers: ids.optional(),
  groupMembers: ids.optional(),
  sharedWith: ids.optional(),
  targetOf: ids.optional(),
})
const ofPrincipal = z.object({
  type: z.enum(FINDING_TYPES.slice(0, 3) as ['user', 'group', 'service-principal']),
  compared,
})
const ofWorkspace = z.object({
  type: z.literal('workspace'),
  compared: z.object({ federation: z.enum(['disabled', 'unknown']) }),
})
const common = z.object({
  id,
  name: z.string(),
  categories: z.array(z.enum(ERROR_CATEGORIES)),
  class: z.enum(FINDING_CLASSES),
  reasons: z.array(z.enum(FINDING_REASONS)),
  action: z.string(),
  owner: z.enum(OWNERS),
  reversible: z.boolean(),
})
const schema = z.union([common.extend(ofPrincipal.shape), common.extend(ofWorkspace.shape)])

/**
 * What a finding of an earlier audit is evidence of: how it was judged then does not matter, so what depended on the
 * policy of then is left out. Throws for anything that no audit would have written.
 */
export function evidenceOfFinding(json: unknown): Evidence {
  const { type, id, name, categories, reasons, compared } = schema.parse(json)
  const marks: Mark[] = [...categories, ...reasons]
  if (marks.length === 0) throw new Error('a finding of nothing')
  if (!marks.every((mark) => JUDGEMENTS[mark].types.includes(type))) throw new Error('a finding of another type')
  return {
    type,
    id,
    name,
    categories: ERROR_CATEGORIES.filter((category) => categories.includes(category)),
    reasons: FINDING_REASONS.filter((reason) => reason !== 'FOREIGN_DOMAIN' && reasons.includes(reason)),
    compared: defined(compared),
  }
}

/** Without keys that hold nothing, as evidence is made. */
const defined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T
