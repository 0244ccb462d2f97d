// Template cards: every part that WeCom draws, with buttons that press back.

import { make } from "./dom.js";
import { link } from "./richtext.js";
import { t } from "./words.js";

export function drawCard(card, phone, bubble) {
  const chosen = {};
  return make("div", { className: "card template", "aria-label": card.main_title?.title || t("Card"), role: "group" },
    source(card), head(card, phone, bubble), emphasis(card), quote(card),
    card.sub_title_text ? make("p", { className: "card-text" }, card.sub_title_text) : null,
    rows(card, phone), verticals(card), ...questions(card, chosen), jumps(card, phone),
    buttons(card, phone, bubble, chosen));
}

function source(card) {
  return card.source ? make("p", { className: `card-source c${card.source.desc_color || 0}` }, card.source.desc || "") : null;
}

function head(card, phone, bubble) {
  const title = make("div", { className: "card-head" },
    card.main_title?.title ? make("p", { className: "card-title" }, card.main_title.title) : null,
    card.main_title?.desc ? make("p", { className: "card-desc" }, card.main_title.desc) : null);
  const actions = card.action_menu?.action_list || [];
  if (actions.length) {
    title.append(make("details", { className: "card-menu" },
      make("summary", { "aria-label": card.action_menu.desc || t("More") }, "⋯"),
      ...actions.map((action) => make("button", { type: "button", on: { click: () => phone.press(bubble.id, action.key, {}) } }, action.text))));
  }
  const picture = card.card_image?.url || card.image_text_area?.image_url;
  if (picture) title.append(make("img", { src: picture, alt: "", loading: "lazy" }));
  return title;
}

function emphasis(card) {
  const part = card.emphasis_content;
  return part ? make("div", { className: "emphasis" }, make("strong", {}, part.title || ""), make("span", {}, part.desc || "")) : null;
}

function quote(card) {
  const part = card.quote_area;
  return part ? make("blockquote", {}, part.title ? make("strong", {}, part.title) : null, part.quote_text || "") : null;
}

function rows(card, phone) {
  const list = card.horizontal_content_list || [];
  if (!list.length) return null;
  return make("dl", {}, ...list.flatMap((row) => [
    make("dt", {}, row.keyname),
    make("dd", {}, row.type === 1 ? link(row.url, row.value || row.url, phone.userid) : row.value || ""),
  ]));
}

function verticals(card) {
  const list = card.vertical_content_list || [];
  return list.length ? make("div", {}, ...list.map((row) => make("p", { className: "card-text" }, make("strong", {}, row.title), " ", row.desc || ""))) : null;
}

/** Selections as drop-downs, votes as ticks; what is chosen is kept in `chosen` by question key. */
function questions(card, chosen) {
  const lists = [card.button_selection, ...(card.select_list || [])].filter(Boolean).map((question) => {
    const select = make("select", { disabled: Boolean(question.disable), on: { change: () => { chosen[question.question_key] = [select.value]; } } },
      ...question.option_list.map((option) => make("option", { value: option.id }, option.text)));
    select.value = question.selected_id || question.option_list[0].id;
    chosen[question.question_key] = [select.value];
    return make("label", { className: "card-question" }, make("span", {}, question.title || t("Choose")), select);
  });
  return card.checkbox ? [...lists, ticks(card.checkbox, chosen)] : lists;
}

function ticks(question, chosen) {
  const name = `q${Math.random()}`;
  const boxes = question.option_list.map((option) => make("input", {
    type: question.mode === 1 ? "checkbox" : "radio", name, value: option.id, checked: Boolean(option.is_checked), disabled: Boolean(question.disable),
  }));
  const note = () => { chosen[question.question_key] = boxes.filter((box) => box.checked).map((box) => box.value); };
  note();
  return make("fieldset", { className: "card-ticks", on: { change: note } },
    ...boxes.map((box, index) => make("label", {}, box, question.option_list[index].text)));
}

function jumps(card, phone) {
  const list = [...(card.jump_list || [])];
  if (card.card_action?.url && card.card_type !== "button_interaction") list.push({ url: card.card_action.url, title: t("Open") });
  return list.length ? make("div", {}, ...list.map((jump) => (jump.url ? link(jump.url, jump.title, phone.userid, "card-link") : make("p", { className: "card-text" }, jump.title)))) : null;
}

function buttons(card, phone, bubble, chosen) {
  const greyed = card.replaced || card.replace_text;
  const list = card.button_list || (card.submit_button ? [{ ...card.submit_button, style: 1, text: card.submit_button.text || "提交" }] : []);
  if (greyed) return make("div", { className: "card-buttons" }, make("button", { type: "button", disabled: true }, greyed));
  if (!list.length) return null;
  return make("div", { className: "card-buttons" }, ...list.map((button) => (button.type === 1
    ? link(button.url, button.text, phone.userid, `button s${button.style || 1}`)
    : make("button", { type: "button", className: `s${button.style || 1}`, data: { key: button.key }, on: { click: () => phone.press(bubble.id, button.key, chosen) } }, button.text))));
}
