import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { AuditError } from '../domain/failure.ts'

const MOST_BYTES = 1024 * 1024

const refused = (path: string, why: string) =>
  new AuditError('configuration', `the file ${JSON.stringify(path)} ${why}`)

/** The absolute path of what lies in the workspace, links resolved; `undefined`: there is nothing. Throws `configuration` when it leads out. */
export async function workspacePath(workspace: string, path: string): Promise<string | undefined> {
  const root = await realpath(workspace)
  const real = await realpath(isAbsolute(path) ? path : resolve(root, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw refused(path, 'cannot be read; see to its permissions')
  })
  if (real !== undefined && real !== root && !real.startsWith(root + sep))
    throw refused(path, 'leads out of the workspace; name one that lies in it')
  return real
}

/** As people write it: relative to the workspace. */
export const shownPath = async (workspace: string, real: string): Promise<string> =>
  relative(await realpath(workspace), real)

/** The text of a file in the workspace; `undefined`: there is none. Throws `configuration` for anything but a text file. */
export async function workspaceText(workspace: string, path: string): Promise<string | undefined> {
  const real = await workspacePath(workspace, path)
  if (real === undefined) return undefined
  // A FIFO would keep a plain open waiting for ever.
  const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => {
    throw refused(path, 'cannot be read; see to its permissions')
  })
  try {
    const stat = await file.stat()
    if (!stat.isFile()) throw refused(path, 'is no file; name one')
    if (stat.size > MOST_BYTES) throw refused(path, 'is larger than 1 MiB; make it smaller')
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.readFile())
  } catch (error) {
    if (error instanceof AuditError) throw error
    throw refused(
      path,
      error instanceof TypeError ? 'is not UTF-8; save it as that' : 'cannot be read; see to its permissions',
    )
  } finally {
    await file.close()
  }
}
