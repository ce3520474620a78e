/** The pack `file-cabinet`: documents that outlive a turn, by their keys. */

import type { Pack } from '../../tools/pack.ts'
import { get } from './get.ts'
import { list } from './list.ts'
import { save } from './save.ts'
import { write } from './write.ts'

export { NotTextError } from './errors.ts'

export const fileCabinet: Pack = {
  slug: 'file-cabinet',
  namespace: 'fc',
  tools: [get, list, save, write],
}
