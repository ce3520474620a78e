/** A turn at its floor: posts the conversation, reads the stream, answers calls with a constant; no tools, no files. */

// JavaScript, so that Node's type stripper is in nobody's figures.

/** As long as the instructions and tools of a small agent, so that the traffic is alike. */
const INSTRUCTIONS = 'x'.repeat(12_000)

/** @returns The text of the last message. */
export async function runTurn(url) {
  const input = [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: INSTRUCTIONS }] },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'go' }] },
  ]
  const turn = { url, input, text: '' }
  while (await step(turn));
  if (turn.text !== '' && !turn.text.startsWith('word')) {
    throw new Error('another text than the provider sent')
  }
  return turn.text
}

/** Whether the model asked for something. */
async function step(turn) {
  const response = await fetch(`${turn.url}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ model: 'any', stream: true, store: false, input: turn.input }),
  })
  let goesOn = false
  for await (const event of eventsOf(response)) {
    if (event.type === 'response.output_text.delta') turn.text += event.delta
    if (event.type !== 'response.output_item.done' || event.item === undefined) continue
    turn.input.push(event.item)
    if (event.item.type !== 'function_call') continue
    turn.input.push({ type: 'function_call_output', call_id: event.item.call_id, output: 'ok' })
    goesOn = true
  }
  return goesOn
}

async function* eventsOf(response) {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true })
    const messages = rest.split('\n\n')
    rest = messages.pop() ?? ''
    for (const message of messages) yield JSON.parse(message.slice(message.indexOf('data: ') + 6))
  }
}
