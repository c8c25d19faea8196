// Run as a process of its own: uploads one file with the genuine toolkit, as the action does.
import { DefaultArtifactClient } from '@actions/artifact'

const [name = '', file = '', folder = ''] = process.argv.slice(2)
await new DefaultArtifactClient().uploadArtifact(name, [file], folder)
