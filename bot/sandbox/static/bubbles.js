// One bubble of a chat, whatever its kind.

import { drawCard } from "./cards.js";
import { icon, make } from "./dom.js";
import { cardText, link, markdown, plain } from "./richtext.js";
import { t } from "./words.js";

const media = (id) => `/phones/media/${encodeURIComponent(id)}`;

const DRAW = {
  text: (content, phone) => [
    make("div", { className: "bubble" }, ...plain(content.content, phone.userid)),
    content.cut ? make("p", { className: "note" }, t("WeCom cut the rest off: a text holds 2 048 bytes.")) : null,
  ],
  markdown: (content, phone) => [make("div", { className: "bubble markdown" }, ...markdown(content.content, phone.userid))],
  image: (content, phone) => [photo(content, phone)],
  voice: () => [make("div", { className: "bubble" }, t("Voice message"))],
  video: (content) => [make("div", { className: "bubble" }, content.title || t("Video"))],
  file: (content) => [make("a", { className: "bubble", href: media(content.media_id), download: "" }, t("File"))],
  location: (content) => [place(content)],
  link: (content, phone) => [make("div", { className: "bubble" }, link(content.url, content.title, phone.userid))],
  textcard: (content, phone) => [textcard(content, phone)],
  news: (content, phone) => [news(content, phone)],
  template_card: (content, phone, bubble) => [drawCard(content, phone, bubble)],
};

/** The words of a bubble for a one-line preview. */
export function preview({ kind, content }) {
  const cards = { textcard: content.title, news: content.articles?.[0]?.title, image: t("Photo"), location: t("Place") };
  return content.content || cards[kind] || content.main_title?.title || content.sub_title_text || "";
}

export function drawBubble(bubble, phone) {
  const draw = DRAW[bubble.kind] || (() => [make("div", { className: "bubble" }, bubble.kind)]);
  const row = make("div", { className: `row ${bubble.via === "phone" ? "mine" : "theirs"}`, data: { id: bubble.id, kind: bubble.kind } });
  const body = make("div", { className: "said" }, ...draw(bubble.content, phone, bubble));
  if (bubble.state === "lost") body.append(make("p", { className: "note lost" }, t("Not delivered: the app did not answer.")));
  if (bubble.state === "sending") row.classList.add("sending");
  row.append(body);
  return row;
}

function photo(content, phone) {
  const image = make("img", { src: media(content.media_id), alt: content.title || t("Photo"), loading: "lazy" });
  return make("button", { type: "button", className: "photo-bubble", on: { click: () => phone.enlarge(image) } }, image);
}

function place(content) {
  const degrees = `${content.latitude.toFixed(4)}, ${content.longitude.toFixed(4)}`;
  return make("div", { className: "place-bubble" },
    make("div", { className: "place-words" }, make("strong", {}, content.title || t("Place")), make("span", {}, degrees)),
    make("div", { className: "place-picture", "aria-hidden": "true" }, icon("place")));
}

function textcard(content, phone) {
  return make("div", { className: "card" },
    make("p", { className: "card-title" }, content.title),
    make("div", { className: "card-text" }, ...cardText(content.description)),
    link(content.url, content.btntxt, phone.userid, "card-link"));
}

function news(content, phone) {
  return make("div", { className: "card news" }, ...content.articles.map((article) => {
    const words = make("span", { className: "news-words" },
      make("strong", {}, article.title),
      article.description ? make("span", {}, article.description) : null);
    const picture = article.picurl ? make("img", { src: article.picurl, alt: "", loading: "lazy" }) : null;
    const whole = link(article.url, words, phone.userid, "article");
    if (picture) whole.append(picture);
    return whole;
  }));
}
