// The bar at the top: the office clock and its buttons, the trouble drawer, light or dark.

import { act } from "./net.js";
import { isChinese, t } from "./words.js";

let ahead = 0; // office time minus this computer's, in milliseconds

export function setClock(iso) {
  ahead = Date.parse(iso) - Date.now();
  drawClock();
}

export function drawClock() {
  const now = new Date(Date.now() + ahead);
  const zone = { timeZone: "Asia/Shanghai", hour12: false };
  const locale = isChinese() ? "zh-CN" : "en-GB";
  const day = new Intl.DateTimeFormat(locale, { ...zone, month: "short", day: "numeric", weekday: "short" }).format(now);
  const time = new Intl.DateTimeFormat(locale, { ...zone, hour: "2-digit", minute: "2-digit" }).format(now);
  const shown = document.getElementById("clock-time");
  shown.dateTime = now.toISOString();
  shown.textContent = `${day} ${time}`;
  for (const element of document.querySelectorAll(".status-time")) element.textContent = time;
}

export function readyBar() {
  setInterval(drawClock, 1000);
  document.getElementById("clock-buttons").addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const moved = await act("clock", "workingDay" in button.dataset ? { working_day: true } : { hours: Number(button.dataset.hours) });
    setClock(moved.now);
  });
  readyTrouble();
  readyTheme();
}

function readyTrouble() {
  const dialog = document.getElementById("trouble-dialog");
  const planned = document.getElementById("trouble-planned");
  const make = async (kind) => {
    const answer = await act("trouble", { kind });
    planned.textContent = answer.planned ? `${t("Waiting to happen:")} ${answer.planned}` : t("All is well.");
  };
  document.getElementById("show-trouble").addEventListener("click", () => { dialog.showModal(); make(""); });
  document.getElementById("troubles").addEventListener("click", (event) => { if (event.target.value) make(event.target.value); });
  document.getElementById("trouble-none").addEventListener("click", () => make("none"));
}

function readyTheme() {
  const root = document.documentElement;
  const kept = localStorage.getItem("theme");
  if (kept) root.dataset.theme = kept;
  document.getElementById("theme").addEventListener("click", () => {
    const dark = getComputedStyle(root).colorScheme === "dark" || (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}
