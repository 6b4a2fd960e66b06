/** Which coordinate each kernel of one layer is given; found by the engine, kept in the package. */
export type LayerPermutation =
  | {
      readonly mode: 'cross-filter'
      /** Position on the path to kernel (filter * channels + channel). */
      readonly order: Int32Array
    }
  | {
      readonly mode: 'in-filter'
      /** Position to filter. */
      readonly filterOrder: Int32Array
      /** [filters, channels]: for each filter, position to channel. */
      readonly channelOrders: Int32Array
    }
export type PermutationMode = LayerPermutation['mode']
