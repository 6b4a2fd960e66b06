/** What a run calls the training of a copy of the network, whatever the method. */
export const distillationPhase = 'distillation'
