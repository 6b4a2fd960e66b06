export const loaderFileName = 'nern_load.py'

/** Three lines of Python that use a package, run where it lies beside `nern_load.py`. */
export function pythonLines(packageName: string): readonly [string, string, string] {
  // A text of JSON is one of Python, too.
  const name = JSON.stringify(packageName)
  return [
    'import nern_load',
    `weights = nern_load.load(${name})  # NumPy arrays by state dict name`,
    `images = nern_load.preprocessing(${name})  # mean, standardDeviation, resize`,
  ]
}
