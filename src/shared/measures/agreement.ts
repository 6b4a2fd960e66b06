/** Of images that two classifiers saw: who was right. */
export interface Agreement {
  readonly bothRight: number
  readonly onlyFirst: number
  readonly onlySecond: number
  readonly bothWrong: number
}
