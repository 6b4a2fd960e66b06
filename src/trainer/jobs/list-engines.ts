/** Which executors and providers this machine has. */
import { listExecutors } from '#engine/executors/create-executor.ts'
import type { JobContext, JobEnd } from '../process/job-context.ts'

export async function listEngines(context: JobContext): Promise<JobEnd> {
  const listings = await listExecutors()
  context.send({
    type: 'result',
    result: {
      kind: 'list-engines',
      engines: listings.map(({ executor, provider, available, reason, remedy, verified }) => ({
        executor,
        provider,
        status: available ? 'available' : 'unavailable',
        isVerified: verified,
        ...(reason === undefined
          ? { detail: verified ? 'tested by the project' : 'loads here, never tested by the project' }
          : { detail: remedy ?? reason, reason }),
      })),
      versions: Object.fromEntries(
        listings.flatMap(({ runtime }) => (runtime === undefined ? [] : [versionOf(runtime)])),
      ),
    },
  })
  return 'finished'
}

const titles: Readonly<Record<string, string>> = {
  onnxruntime: 'ONNX Runtime',
  tensorflow: 'TensorFlow.js for Node',
  '@tensorflow/tfjs-backend-cpu': 'TensorFlow.js',
}

/** `onnxruntime 1.30.0` as a name for people and a version. */
function versionOf(runtime: string): readonly [string, string] {
  const [name = '', version = ''] = runtime.split(' ')
  return [titles[name] ?? name, version]
}
