// One phone: its frame, its chat, what can be typed, sent and tapped on it.

import { drawBubble } from "./bubbles.js";
import { drawChips } from "./chips.js";
import { make, paintAvatar } from "./dom.js";
import { MenuBar } from "./menubar.js";
import { act, read } from "./net.js";
import { askPlace } from "./place.js";
import { isChinese, pick, speak, t } from "./words.js";

const GAP = 5 * 60 * 1000; // a new time line after five quiet minutes, as WeCom does

export class Phone {
  constructor(person, app, people, close) {
    this.userid = person.userid;
    this.person = person;
    this.app = app;
    this.people = people;
    this.bubbles = [];
    this.element = document.getElementById("phone-template").content.firstElementChild.cloneNode(true);
    this.element.dataset.userid = person.userid;
    this.chat = this.element.querySelector(".chat");
    this.menu = new MenuBar(this.element.querySelector(".menu"), this);
    this.element.querySelector(".close").addEventListener("click", close);
    this.listen();
    this.redress();
  }

  /** The words on the frame, again after the language changed. */
  redress() {
    speak(this.element);
    const { person } = this;
    paintAvatar(this.element.querySelector(".avatar.owner"), person.userid, person.name);
    this.element.querySelector("h2").textContent = person.name;
    this.element.querySelector(".title p").textContent = `${pick(person.role, person.role_en)} · ${this.people.unit(person)}`;
    this.element.setAttribute("aria-label", `${person.name} · ${pick(person.role, person.role_en)}`);
    this.chat.setAttribute("aria-label", `${t("Chat with")} ${pick(this.app.zh, this.app.en)}`);
    this.draw();
  }

  listen() {
    // Pictures take their room late; whoever looks at the newest bubble goes on seeing it.
    this.chat.addEventListener("load", () => { if (this.atEnd) this.toEnd(); }, true);
    this.chat.addEventListener("scroll", () => { this.atEnd = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 40; });
    const form = this.element.querySelector("form");
    const text = this.element.querySelector("textarea");
    const files = this.element.querySelector("input[type=file]");
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(text); });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send(text);
    });
    text.addEventListener("input", () => grow(text));
    this.element.querySelector("button.photo").addEventListener("click", () => files.click());
    this.element.querySelector("button.place").addEventListener("click", () => this.sendPlace());
    files.addEventListener("change", () => { this.sendPhotos(files.files); files.value = ""; });
  }

  send(text) {
    const said = text.value.trim();
    if (!said) return;
    text.value = "";
    grow(text);
    this.say(said);
  }

  say(text) { return act(`${this.path()}/say`, { text }); }

  tap(key) { return act(`${this.path()}/tap`, { key }); }

  press(bubble, key, selected) { return act(`${this.path()}/press`, { bubble, key, selected }); }

  async sendPhotos(files) {
    const form = new FormData();
    for (const file of files) form.append("photo", file, file.name);
    if (files.length) await act(`${this.path()}/photos`, form);
  }

  /** `key` is set when a menu entry asked for the place. */
  async sendPlace(key = "") {
    const place = await askPlace(this.person.county);
    if (place) await act(`${this.path()}/place`, { ...place, key });
  }

  pickPhotos() { this.element.querySelector("input[type=file]").click(); }

  enlarge(image) {
    const dialog = document.getElementById("picture-dialog");
    Object.assign(dialog.querySelector("img"), { src: image.src, alt: image.alt });
    dialog.showModal();
  }

  path() { return encodeURIComponent(this.userid); }

  async load() {
    this.bubbles = await read(`${this.path()}/chat`);
    this.draw();
    await act(`${this.path()}/read`);
    if (!this.bubbles.length) await act(`${this.path()}/enter`);
  }

  hear(what, bubble) {
    const at = this.bubbles.findIndex((each) => each.id === bubble.id);
    if (what === "gone") this.bubbles.splice(at, at < 0 ? 0 : 1);
    else if (at >= 0) this.bubbles[at] = bubble;
    else this.bubbles.push(bubble);
    this.draw();
    if (what === "appeared" && bubble.via !== "phone") act(`${this.path()}/read`);
  }

  draw() {
    const rows = [];
    let last = 0;
    for (const bubble of this.bubbles) {
      const at = Date.parse(bubble.at);
      if (at - last > GAP) rows.push(make("p", { className: "when" }, whenWords(bubble.at)));
      last = at;
      const old = this.chat.querySelector(`[data-id="${bubble.id}"]`);
      rows.push(old && old.bubble === bubble && old.chinese === isChinese() ? old : Object.assign(drawBubble(bubble, this), { bubble, chinese: isChinese() }));
    }
    const heard = this.bubbles.findLast((bubble) => bubble.via !== "phone" && bubble.kind === "text");
    const chips = heard && heard === this.bubbles.findLast((bubble) => bubble.via !== "phone") ? drawChips(heard.content.content, (said) => this.say(said)) : null;
    if (!rows.length) rows.push(make("p", { className: "when" }, t("Nothing yet. Say something, or tap the menu.")));
    this.chat.replaceChildren(...rows, ...(chips ? [chips] : []));
    this.toEnd();
  }

  toEnd() {
    this.chat.scrollTop = this.chat.scrollHeight;
    this.atEnd = true;
  }
}

function grow(text) {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 110)}px`;
}

function whenWords(iso) {
  const options = { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
  return new Intl.DateTimeFormat(isChinese() ? "zh-CN" : "en-GB", options).format(new Date(iso));
}
