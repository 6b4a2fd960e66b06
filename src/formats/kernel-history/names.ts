/** Names inside the files of a run's kernel history. */

/** Key of the metadata that marks each kind of file and describes it. */
export const sampleKey = 'nern-kernel-sample'
export const snapshotKey = 'nern-kernel-snapshot'

/** Before the name of a layer, in a sample. */
export const originalPrefix = 'original/'
export const placePrefix = 'place/'
