import { allowListOf } from '../config/allow-list.ts'
import type { PolicyPath } from '../config/judgement.ts'
import { type PolicyInput, policyValuesOf, withPolicy } from '../config/policy-file.ts'
import { type ConfigResult, configOf, policyPathsOf } from '../config.ts'
import type { AllowEntry } from '../domain/allow-list.ts'
import type { SubjectType } from '../domain/category.ts'
import { AuditError } from '../domain/failure.ts'
import type { RepositoryApi } from '../github/api.ts'
import { type Commits, type PolicyFile, policyFile } from '../github/policy-files.ts'
import type { PolicyFileNote } from '../report/judgement.ts'
import { ledTo } from './led-to.ts'

type Text = Pick<PolicyFile, 'path' | 'text'>

/** The files of policy as they were when the run began. */
export interface PolicyTexts {
  /** What the config file sets, by input. */
  readonly values: readonly (readonly [PolicyInput, string])[]
  readonly allowList: Text | undefined
  /** Of the judgement, UTC: `2026-11-22`. */
  readonly today: string
  readonly files: readonly PolicyFileNote[]
  /** Files that could not be looked for, each with why. */
  readonly unknown: readonly string[]
}

export const NO_POLICY: PolicyTexts = { values: [], allowList: undefined, today: '', files: [], unknown: [] }

/** Where files of policy are read. */
export interface PolicyPlaces {
  readonly eventName: string
  readonly commits: Commits
  /** Nothing else is wrong, so GitHub may be asked. */
  readonly mayAsk: boolean
  /** `undefined`: there is no token or no repository to ask with. */
  readonly api: RepositoryApi | undefined
  readonly readWorkspace: (path: string) => Promise<string | undefined>
  readonly today: string
}

export interface Agreed {
  readonly texts: PolicyTexts
  readonly result: ConfigResult
  readonly entries: readonly AllowEntry[]
  /** Of the files; those of the inputs are in `result`. */
  readonly problems: readonly string[]
}

/**
 * The configuration that follows from inputs and files of policy together. A file that cannot be had or is wrong is a
 * problem, told with all others. While the inputs are wrong by themselves, GitHub is not asked.
 */
export async function agreedPolicy(given: ReadonlyMap<string, string>, places: PolicyPlaces): Promise<Agreed> {
  const alone = configOf(given)
  const isWrong = 'problems' in alone || !places.mayAsk
  const { eventName, commits, today } = places
  if (isWrong && commits.base !== undefined) return { texts: NO_POLICY, result: alone, entries: [], problems: [] }

  const reader = new PolicyReader(isWrong ? { ...places, api: undefined } : places)
  const { configFile, included } = policyPathsOf(given)
  const file = await reader.find('config-file', configFile)
  const values = file === undefined ? [] : valuesOf(file, included, reader.problems)
  // How inputs go together cannot be told while half of them are not known.
  const isWhole = reader.problems.length === 0
  const list = await reader.find('allow-list', policyPathsOf(withPolicy(given, new Map(values))).allowList)
  const { files, unknown, problems } = reader
  const texts = { values, allowList: list, today, files, unknown }
  const { problems: ofTexts, ...agreed } = agreedAgain(given, texts, isWhole ? eventName : undefined)
  return { ...agreed, problems: [...problems, ...ofTexts] }
}

/** The same from texts that were read before. */
export function agreedAgain(
  given: ReadonlyMap<string, string>,
  texts: PolicyTexts,
  eventName: string | undefined,
): Agreed {
  const { allowList, today } = texts
  const merged = withPolicy(given, new Map(texts.values))
  const maxDays = policyPathsOf(merged).allowListMaxDays
  const list = allowList === undefined ? undefined : allowListOf(allowList.text, { today, maxDays })
  const problems = list?.problems.map((problem) => `${allowList?.path}: ${problem}`) ?? []
  return { texts, result: configOf(merged, eventName), entries: list?.entries ?? [], problems }
}

function valuesOf({ path, text }: Text, included: readonly SubjectType[], problems: string[]) {
  const read = policyValuesOf(text, included)
  problems.push(...read.problems.map((problem) => `${path}: ${problem}`))
  return [...read.values]
}

/** Reads one file after the other and remembers what there is to tell of them. */
class PolicyReader {
  readonly files: PolicyFileNote[] = []
  readonly unknown: string[] = []
  readonly problems: string[] = []
  readonly #places: PolicyPlaces

  constructor(places: PolicyPlaces) {
    this.#places = places
  }

  async find(input: 'config-file' | 'allow-list', { path, isDefault }: PolicyPath): Promise<Text | undefined> {
    if (path === '') return undefined
    const { commits, api, readWorkspace } = this.#places
    try {
      const found = await ledTo(input, policyFile({ path, isDefault, input, commits, api, readWorkspace }))
      if (found.state === 'unknown') this.unknown.push(found.why)
      if (found.state === 'none' && found.change !== undefined)
        this.files.push({ path, origin: 'base', commit: commits.base ?? '', change: found.change })
      if (found.state !== 'found') return undefined
      const { text, ...note } = found.file
      this.files.push(note)
      return { path, text }
    } catch (error) {
      if (!(error instanceof AuditError) || error.reason === 'cancelled') throw error
      this.problems.push(error.message)
      return undefined
    }
  }
}
