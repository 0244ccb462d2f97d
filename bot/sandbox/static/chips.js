// Options that came as numbered lines, and chat words in quotes, can be tapped: "2" is what a tap on the second sends.

import { make } from "./dom.js";

const LINE = /^\s*(\d{1,2})\s*[.．、)）:：]\s*(.+)$/;
const DETAIL = / · |（/; // what follows only tells more; the bubble above has it in full
const QUOTED = /[「“"]([^「」“”"]{1,10})[」”"]/g;
const WORDS = new Set([
  "上报", "举报", "待办", "我的", "查", "台账", "催办", "文件", "控制台", "帮助", "上一步", "跳过", "修改", "取消", "提交", "完成", "继续",
  "report", "tip", "tasks", "mine", "find", "ledger", "nudge", "documents", "console", "help", "back", "skip", "edit", "cancel", "submit", "done",
]);

/** What can be tapped in that text: [what to send, what to show]. */
export function optionsIn(text) {
  const numbered = text.split("\n").map((line) => line.match(LINE)).filter(Boolean).map(([, number, label]) => [number, `${number} ${label.split(DETAIL)[0].trim()}`]);
  const quoted = [...text.matchAll(QUOTED)].map((found) => found[1]).filter((word) => WORDS.has(word.toLowerCase()));
  return [...numbered, ...[...new Set(quoted)].map((word) => [word, word])];
}

export function drawChips(text, send) {
  const options = optionsIn(text);
  if (!options.length) return null;
  return make("div", { className: "chips" }, ...options.map(([said, shown]) => (
    make("button", { type: "button", className: "chip", on: { click: () => send(said) } }, shown))));
}
