// Text as WeCom shows it: links in plain text, the markdown subset, and the few tags of a text card. Never innerHTML.

import { make } from "./dom.js";

/** A link opens as the phone's owner: the sandbox remembers who tapped it, so that a login knows. */
export function link(url, label, userid, className = "") {
  const href = `/open?userid=${encodeURIComponent(userid)}&url=${encodeURIComponent(url)}`;
  return make("a", { href, target: "_blank", rel: "noopener", className }, label);
}

const LINKS = /<a\s+href="([^"]+)"[^>]*>(.*?)<\/a>|(https?:\/\/[^\s<>"，。；！？）】」]+)/gs;

export function plain(text, userid) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINKS)) {
    parts.push(text.slice(end, found.index));
    const url = found[1] || found[3];
    parts.push(/^https?:/.test(url) ? link(url, found[2] || url, userid) : found[2]);
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter(Boolean);
}

const INLINE = /\*\*(.+?)\*\*|\[([^\]]+)\]\(([^)]+)\)|`([^`]+)`|<font color="(info|comment|warning)">(.*?)<\/font>/g;

function inline(text, userid) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(INLINE)) {
    parts.push(text.slice(end, found.index));
    if (found[1]) parts.push(make("strong", {}, found[1]));
    else if (found[2]) parts.push(link(found[3], found[2], userid));
    else if (found[4]) parts.push(make("code", {}, found[4]));
    else parts.push(make("span", { className: found[5] }, found[6]));
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter(Boolean);
}

export function markdown(text, userid) {
  return text.split("\n").map((line) => {
    const heading = line.match(/^(#{1,6})\s+(.*)$/);
    if (heading) return make("p", { className: `heading h${heading[1].length}` }, ...inline(heading[2], userid));
    const quote = line.match(/^>\s?(.*)$/);
    if (quote) return make("blockquote", {}, ...inline(quote[1], userid));
    return make("p", {}, ...inline(line, userid));
  });
}

const CARD_TAGS = /<br\s*\/?>|<div class="(gray|highlight|normal)">(.*?)<\/div>/gs;

/** The description of a text card: its lines, <br> and <div class="gray|highlight|normal">; other tags stay text. */
export function cardText(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(CARD_TAGS)) {
    parts.push(text.slice(end, found.index));
    parts.push(found[1] ? make("div", { className: found[1] }, found[2]) : make("br"));
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter(Boolean);
}
