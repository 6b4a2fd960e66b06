/** Sizes in pixels of an image, and of what a network sees of it. */
export interface ImageShape {
  readonly channels: number
  readonly height: number
  readonly width: number
}

export interface ImageShapes {
  /** Of the stored images. */
  readonly stored: ImageShape
  /** Of the network's input: no larger. */
  readonly shown: ImageShape
}
