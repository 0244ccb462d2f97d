// The page's words: the English sentence is the key, the catalogue holds the Chinese.

import { read } from "./net.js";

let catalogue = {};
let language = localStorage.getItem("language") || "zh";

export async function loadWords() {
  catalogue = await read("phrases");
}

export function t(sentence) {
  return language === "zh" ? catalogue[sentence] || sentence : sentence;
}

/** Of two spellings of data (names of departments, roles), the one for the reader. */
export function pick(zh, en) {
  return language === "zh" ? zh : en || zh;
}

export function isChinese() {
  return language === "zh";
}

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
}

/** Put the words of the current language into everything under `root` that is marked for it. */
export function speak(root = document) {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of root.querySelectorAll("[data-t]")) {
    element.dataset.t ||= element.textContent.trim();
    element.textContent = t(element.dataset.t);
  }
  const attributes = { "aria-label": "tLabel", placeholder: "tPlaceholder" };
  for (const [attribute, key] of Object.entries(attributes)) {
    const marked = key === "tLabel" ? "[data-t-label]" : "[data-t-placeholder]";
    for (const element of root.querySelectorAll(marked)) {
      element.setAttribute(attribute, t(element.dataset[key]));
      if (attribute === "aria-label" && element.tagName === "BUTTON") element.title = t(element.dataset[key]);
    }
  }
}
