/** What controls say that every feature uses. */
export const uiTexts = {
  choose: 'Choose',
  keep: 'Keep',
  where: 'Where:',
  importNamed: (title: string) => `Import ${title}`,
  name: 'Name',
  nameSentence: 'Up to 200 characters.',
  emptyName: 'A name needs at least one character.',
  cancel: 'Cancel',
  rename: 'Rename',
  loading: 'Loading',
  messages: 'Messages',
  removeTag: (tag: string) => `Remove the tag ${tag}`,
  closeMessage: 'Close message',
  timeLeft: (duration: string) => `, about ${duration} left`,
} as const
