// Small helpers for building elements; text always goes in as text.

export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

const HUES = ["#2f6fb8", "#2b7d6b", "#8a5a2b", "#7a4f9a", "#a8465a", "#4c6b35", "#5561a8", "#9a5b12"];

/** A face for a person: the last characters of the name on a colour that stays theirs. */
export function paintAvatar(element, userid, name) {
  let sum = 0;
  for (const character of userid) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  element.style.setProperty("--face", HUES[sum % HUES.length]);
  element.textContent = name.length > 2 ? name.slice(-2) : name;
  return element;
}
