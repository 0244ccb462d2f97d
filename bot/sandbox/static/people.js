// The list of people on the left: grouped by department, searchable, with badges for whoever was just told something.

import { make, paintAvatar } from "./dom.js";
import { pick, t } from "./words.js";

export class People {
  constructor(state, open) {
    this.people = new Map(state.people.map((person) => [person.userid, { ...person, news: "" }]));
    this.departments = new Map(state.departments.map((department) => [department.id, department]));
    this.open = open;
    this.opened = new Set();
    this.list = document.getElementById("people-list");
    this.find = document.getElementById("find-people");
    this.find.addEventListener("input", () => this.draw());
  }

  get(userid) {
    return this.people.get(userid);
  }

  /** "Bureau · department", without the root that everybody shares and without saying a name twice. */
  unit(person) {
    const names = [];
    let department = this.departments.get(person.department);
    while (department) {
      if (department.parent !== 0 || names.length === 0) names.unshift(pick(department.name, department.name_en));
      department = this.departments.get(department.parent);
    }
    return names.filter((name, at) => !names[at + 1]?.startsWith(name)).join(" · ");
  }

  told(bubble, text) {
    const person = this.people.get(bubble.userid);
    if (!person || bubble.via === "phone" || this.opened.has(bubble.userid)) return false;
    person.unread += 1;
    person.news = text;
    this.draw();
    return true;
  }

  readAll(userid) {
    Object.assign(this.people.get(userid), { unread: 0, news: "" });
    this.draw();
  }

  draw() {
    const words = this.find.value.trim().toLowerCase().split(/\s+/);
    const groups = new Map();
    for (const person of this.people.values()) {
      const unit = this.unit(person);
      const text = `${person.name} ${person.userid} ${person.role} ${person.role_en} ${unit}`.toLowerCase();
      if (!words.every((word) => text.includes(word))) continue;
      if (!groups.has(unit)) groups.set(unit, []);
      groups.get(unit).push(person);
    }
    this.list.replaceChildren(...[...groups].map(([unit, people]) => this.group(unit, people)));
    if (!groups.size) this.list.append(make("p", { className: "nobody" }, t("Nobody by that name.")));
    const unread = [...this.people.values()].reduce((sum, person) => sum + person.unread, 0);
    const badge = document.getElementById("all-unread");
    badge.hidden = !unread;
    badge.textContent = unread > 99 ? "99+" : unread;
  }

  group(unit, people) {
    return make("section", {}, make("h2", {}, unit), make("ul", {}, ...people.map((person) => make("li", {}, this.row(person)))));
  }

  row(person) {
    const role = pick(person.role, person.role_en);
    const row = make("button", {
      type: "button",
      className: "person",
      data: { userid: person.userid },
      on: { click: () => this.open(person.userid) },
    },
      paintAvatar(make("span", { className: "avatar", "aria-hidden": "true" }), person.userid, person.name),
      make("span", { className: "who" },
        make("span", { className: "name" }, person.name),
        make("span", { className: person.news ? "news" : "role" }, person.news || role)),
      person.unread ? make("span", { className: "badge" }, String(person.unread), make("span", { className: "unseen" }, t(" unread"))) : null);
    if (this.opened.has(person.userid)) row.setAttribute("aria-current", "true");
    return row;
  }
}
