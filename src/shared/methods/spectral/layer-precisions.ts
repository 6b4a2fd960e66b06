/** How layers are coded that are not coded like the others, by the names of their weights. */
export type LayerPrecision = 'exact' | 'finer' | 'coarser'
export type LayerPrecisions = Readonly<Record<string, LayerPrecision>>
