import { median } from './figure.ts'
import { startWorld } from './measure.ts'

/** As many as `max-concurrency` lets through when nobody sets it. */
export const CONCURRENCY = 64

/** An account in the proportions of the real one that the sandbox is modelled on. */
export const shapeOf = (identities: number) => {
  const groups = Math.round(identities * 0.08)
  const servicePrincipals = Math.round(identities * 0.04)
  return { users: identities - groups - servicePrincipals, groups, servicePrincipals }
}

/** CPU of an audit of next to nothing, in ms: loading the bundle, signing in, writing the files. */
export async function startUpOf(repeats: number): Promise<number> {
  await using world = await startWorld({ ...shapeOf(25), latencyMs: 0 })
  const audits: number[] = []
  for (let at = 0; at < repeats; at++) audits.push((await world.audit()).cpuMs)
  return median(audits)
}
