// Talking to the sandbox: reading, doing, and the live line that never gives up.

export async function read(path) {
  const answer = await fetch(`/phones/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

export async function act(path, body = {}) {
  const sent = body instanceof FormData ? body : JSON.stringify(body);
  const answer = await fetch(`/phones/${path}`, { method: "POST", body: sent });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Calls `hear(event)` for everything that happens, and `resume()` when a broken line is back. */
export function live(hear, resume) {
  const line = new EventSource("/phones/live");
  let broken = false;
  line.onmessage = (event) => hear(JSON.parse(event.data));
  line.onerror = () => { broken = true; };
  line.onopen = () => {
    document.documentElement.dataset.live = "yes";
    if (broken) { broken = false; resume(); }
  };
}
