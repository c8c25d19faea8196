import { proxyProblem, unusableProxies } from '../config/proxy.ts'

/**
 * What is wrong with the proxies that the environment names. The toolkit of Actions reads them as it is loaded, and dies of
 * one that it does not understand, printing it with its password: so as soon as this module is loaded they are taken away.
 */
export const proxyProblems: readonly string[] = takeUnusable(process.env)

function takeUnusable(env: NodeJS.ProcessEnv): readonly string[] {
  const names = unusableProxies(env)
  for (const name of names) delete env[name]
  return names.map(proxyProblem)
}
