import { text, wholeNumber, type OptionTable } from './option.ts'

/** How to read a file that leaves something open. */
export const fileOptions = {
  key: text('KEY', 'Which of several networks in a weights file is meant; without it, the file lists them.'),
  inputSize: wholeNumber('PIXELS', 1, 'Height and width of the images, where an ONNX graph leaves them open.'),
} satisfies OptionTable
