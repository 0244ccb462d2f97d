// The app's menu at the foot of a phone, with its sub-menus.

import { icon, make } from "./dom.js";

export class MenuBar {
  constructor(element, phone) {
    this.element = element;
    this.phone = phone;
    document.addEventListener("click", (event) => { if (!element.contains(event.target)) this.fold(); });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      const open = element.querySelector("[aria-expanded=true]");
      this.fold();
      open?.focus();
    });
  }

  draw(menu) {
    this.element.hidden = !menu.length;
    this.element.replaceChildren(...menu.map((top) => this.top(top)));
  }

  top(entry) {
    if (!entry.sub_button?.length) return make("div", { className: "menu-top" }, this.leaf(entry));
    const list = make("ul", { className: "submenu", hidden: true }, ...entry.sub_button.map((sub) => make("li", {}, this.leaf(sub))));
    const button = make("button", { type: "button", "aria-expanded": "false", on: { click: () => this.toggle(button, list) } }, icon("up"), entry.name);
    return make("div", { className: "menu-top" }, button, list);
  }

  leaf(entry) {
    return make("button", { type: "button", data: { key: entry.key || entry.url || "" }, on: { click: () => { this.fold(); this.choose(entry); } } }, entry.name);
  }

  async choose(entry) {
    if (entry.type === "location_select") return this.phone.sendPlace(entry.key);
    if (entry.type === "view") window.open(`/open?userid=${encodeURIComponent(this.phone.userid)}&url=${encodeURIComponent(entry.url)}`, "_blank", "noopener");
    await this.phone.tap(entry.key || entry.url);
    if (entry.type.startsWith("pic_")) this.phone.pickPhotos();
    return undefined;
  }

  toggle(button, list) {
    const open = list.hidden;
    this.fold();
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("button").focus();
  }

  fold() {
    for (const list of this.element.querySelectorAll(".submenu")) list.hidden = true;
    for (const button of this.element.querySelectorAll("[aria-expanded]")) button.setAttribute("aria-expanded", "false");
  }
}
