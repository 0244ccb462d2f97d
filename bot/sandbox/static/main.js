// The page of phones: who is open, what just happened, and to whom.

import { drawClock, readyBar, setClock } from "./bar.js";
import { preview } from "./bubbles.js";
import { make } from "./dom.js";
import { live, read } from "./net.js";
import { People } from "./people.js";
import { Phone } from "./phone.js";
import { readyPlaces } from "./place.js";
import { isChinese, loadWords, speak, switchLanguage, t } from "./words.js";

const $ = (id) => document.getElementById(id);
const phones = new Map(); // userid -> Phone, the one used longest ago first
let state;
let people;

async function begin() {
  [state] = await Promise.all([read("state"), loadWords()]);
  people = new People(state, openPhone);
  readyPlaces(state.counties);
  readyBar();
  speakAll();
  setClock(state.now);
  $("language").addEventListener("click", () => { switchLanguage(); speakAll(); });
  $("show-people").addEventListener("click", () => showPeople(!document.body.classList.contains("people-open")));
  addEventListener("keydown", (event) => { if (event.key === "Escape") showPeople(false); });
  document.body.classList.remove("loading");
  for (const userid of decodeURIComponent(location.hash.slice(1)).split(",")) if (people.get(userid)) await openPhone(userid, false);
  if (!phones.size && narrow()) showPeople(true);
  live(hear, resume);
}

const narrow = () => matchMedia("(max-width: 899px)").matches;

function room() {
  return narrow() ? 1 : Math.max(1, Math.floor(($("phones").clientWidth - 16) / 376));
}

async function openPhone(userid, focus = true) {
  showPeople(false);
  const fresh = !phones.has(userid);
  let phone = phones.get(userid);
  if (!fresh) {
    phones.delete(userid);
    phones.set(userid, phone);
    phone.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  } else {
    while (phones.size >= room()) closePhone(phones.keys().next().value);
    phone = new Phone(people.get(userid), state.app, people, () => closePhone(userid));
    drawMenu(phone);
    phones.set(userid, phone);
    $("phones").append(phone.element);
    drawClock();
  }
  people.opened.add(userid);
  people.readAll(userid);
  remember();
  // At once, so that nothing typed right after the click is lost.
  if (focus && !narrow()) phone.element.querySelector("textarea").focus();
  if (fresh) await phone.load();
}

/** Whoever is outside has a chat and no menu of the app. */
function drawMenu(phone) {
  phone.menu.draw(phone.person.outside ? [] : state.menu);
}

function closePhone(userid) {
  phones.get(userid).element.remove();
  phones.delete(userid);
  people.opened.delete(userid);
  people.draw();
  remember();
}

function remember() {
  $("empty").hidden = phones.size > 0;
  history.replaceState(null, "", `#${[...phones.keys()].map(encodeURIComponent).join(",")}`);
}

function showPeople(open) {
  document.body.classList.toggle("people-open", open);
  $("show-people").setAttribute("aria-expanded", String(open));
  if (open) $("find-people").focus();
}

function hear(event) {
  if (event.what === "clock") setClock(event.now);
  else if (event.what === "menu") {
    state.menu = event.menu;
    for (const phone of phones.values()) drawMenu(phone);
  } else {
    phones.get(event.bubble.userid)?.hear(event.what, event.bubble);
    if (event.what === "appeared" && people.told(event.bubble, preview(event.bubble))) toast(event.bubble);
  }
}

function toast(bubble) {
  const person = people.get(bubble.userid);
  const slip = make("button", { type: "button", className: "toast", on: { click: () => { slip.remove(); openPhone(bubble.userid); } } },
    make("strong", {}, `${person.name} ${t("just got")}`), make("span", {}, preview(bubble).slice(0, 60)));
  $("toasts").append(slip);
  while ($("toasts").childElementCount > 3) $("toasts").firstElementChild.remove();
  setTimeout(() => slip.remove(), 6000);
}

/** After a broken line: read everything again, so that nothing is missing. */
async function resume() {
  state = await read("state");
  setClock(state.now);
  for (const person of state.people) Object.assign(people.get(person.userid), { unread: people.opened.has(person.userid) ? 0 : person.unread });
  people.draw();
  for (const phone of phones.values()) { drawMenu(phone); await phone.load(); }
}

function speakAll() {
  speak();
  document.title = t("Phones");
  const other = $("language");
  other.textContent = isChinese() ? "EN" : "中";
  other.lang = isChinese() ? "en" : "zh-CN";
  other.setAttribute("aria-label", isChinese() ? "English" : "中文");
  readyPlaces(state.counties);
  people.draw();
  drawClock();
  for (const phone of phones.values()) phone.redress();
}

begin();
