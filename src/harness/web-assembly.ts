/** The part of WebAssembly that Node's types leave out. */

declare global {
  namespace WebAssembly {
    class Memory {
      constructor(descriptor: { initial: number; maximum?: number })
      readonly buffer: ArrayBuffer
      /** Pages of 64 KiB. @returns The number of pages before. @throws {RangeError} */
      grow(delta: number): number
    }
    function compile(bytes: Uint8Array): Promise<Module>
  }
}

export type WasmMemory = WebAssembly.Memory
