/** A filter of system calls that keeps a process from the sockets of the machine. */

// A socket with a name in the file system can be reached wherever its folder can be read, whatever is mounted
// read-only: tmux, the session bus, Docker and systemd all run commands for whoever connects, outside of any sandbox.
// So none of this family can be made. A pair of connected ones remains, which programs use between themselves; not of
// datagrams, since those can be sent to a name afterwards. What arrives in a ring of io_uring is filtered by nobody.
// Of the other families only those can be made that a network namespace of its own confines: AF_VSOCK, for one, leads
// past it to the host of a virtual machine.

interface SystemCalls {
  /** `AUDIT_ARCH_*`. */
  readonly architecture: number
  readonly socket: number
  readonly socketpair: number
  /** All calls of the network behind one number, with arguments that a filter cannot see. */
  readonly socketcall?: number
  /** Numbers from here on are another table in disguise. */
  readonly numberMax?: number
}

/** A kernel runs the programs of its own architecture and those of its 32-bit predecessor. */
const TABLES: Readonly<Record<string, readonly SystemCalls[]>> = {
  x64: [
    { architecture: 0xc000003e, socket: 41, socketpair: 53, numberMax: 0x40000000 },
    { architecture: 0x40000003, socket: 359, socketpair: 360, socketcall: 102 },
  ],
  arm64: [
    { architecture: 0xc00000b7, socket: 198, socketpair: 199 },
    { architecture: 0x40000028, socket: 281, socketpair: 288, socketcall: 102 },
  ],
}
const IO_URING_SETUP = 425

const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10
/** To ask the kernel about interfaces, as programs do that look for an address. */
const AF_NETLINK = 16
const SOCK_TYPE_MASK = 0xf
const SOCK_STREAM = 1
const SOCK_SEQPACKET = 5

// Where `struct seccomp_data` has what is looked at; the low half of an argument, on machines that are little-endian.
const NUMBER_AT = 0
const ARCHITECTURE_AT = 4
const ARGUMENT_0_AT = 16
const ARGUMENT_1_AT = 24

const LOAD = 0x20
const AND = 0x54
const JUMP_EQUAL = 0x15
const JUMP_AT_LEAST = 0x35
const RETURN = 0x06

const ALLOW = 0x7fff0000
/** `SECCOMP_RET_ERRNO` with `EPERM`. */
const REFUSE = 0x00050001

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

/**
 * Classic BPF, as `bwrap --seccomp` reads it.
 *
 * @param architecture As `process.arch` has it.
 * @returns Undefined for an architecture whose system calls are not listed here.
 * @see seccomp(2), and `struct sock_filter` in linux/filter.h
 */
export function socketFilter(architecture: string): Buffer | undefined {
  const tables = TABLES[architecture]
  if (tables === undefined) return undefined
  const program: Instruction[] = [[LOAD, 0, 0, ARCHITECTURE_AT]]
  for (const table of tables) {
    const block = blockFor(table)
    program.push([JUMP_EQUAL, 0, block.length, table.architecture], ...block)
  }
  program.push([RETURN, 0, 0, REFUSE])

  const bytes = Buffer.alloc(program.length * 8)
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8)
    bytes.writeUInt8(ifTrue, index * 8 + 2)
    bytes.writeUInt8(ifFalse, index * 8 + 3)
    bytes.writeUInt32LE(value, index * 8 + 4)
  }
  return bytes
}

/** Ends with a verdict in every case: jumps lead forward, and only within. */
function blockFor({ socket, socketpair, socketcall, numberMax }: SystemCalls): Instruction[] {
  const refused = [IO_URING_SETUP, ...(socketcall === undefined ? [] : [socketcall])]
  return [
    [LOAD, 0, 0, NUMBER_AT],
    ...(numberMax === undefined ? [] : [...refuseIf(JUMP_AT_LEAST, numberMax)]),
    ...refused.flatMap((number) => refuseIf(JUMP_EQUAL, number)),
    [JUMP_EQUAL, 0, 6, socket],
    [LOAD, 0, 0, ARGUMENT_0_AT],
    [JUMP_EQUAL, 3, 0, AF_INET],
    [JUMP_EQUAL, 2, 0, AF_INET6],
    [JUMP_EQUAL, 1, 0, AF_NETLINK],
    [RETURN, 0, 0, REFUSE],
    [RETURN, 0, 0, ALLOW],
    [JUMP_EQUAL, 0, 7, socketpair],
    [LOAD, 0, 0, ARGUMENT_0_AT],
    [JUMP_EQUAL, 0, 4, AF_UNIX],
    [LOAD, 0, 0, ARGUMENT_1_AT],
    [AND, 0, 0, SOCK_TYPE_MASK],
    [JUMP_EQUAL, 2, 0, SOCK_STREAM],
    [JUMP_EQUAL, 1, 0, SOCK_SEQPACKET],
    [RETURN, 0, 0, REFUSE],
    [RETURN, 0, 0, ALLOW],
  ]
}

function refuseIf(jump: number, value: number): Instruction[] {
  return [
    [jump, 0, 1, value],
    [RETURN, 0, 0, REFUSE],
  ]
}
