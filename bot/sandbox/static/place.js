// Choosing a place: a shop found by name or on the map, or any point of the county.

import { make } from "./dom.js";
import { read } from "./net.js";
import { pick, t } from "./words.js";

const NEAR = 28; // a tap this close to a dot, in the map's units, means the dot
const $ = (id) => document.getElementById(id);
let chosen = null;

export function readyPlaces(counties) {
  $("map-county").replaceChildren(...counties.map((county) => make("option", { value: county.code }, pick(county.name, county.name_en))));
  $("map-county").onchange = () => show($("map-county").value);
  $("map-search").oninput = () => search();
  $("map-search").onkeydown = (event) => { if (event.key === "Enter") event.preventDefault(); };
}

/** Resolves to {lat, lon, label}, or null when the dialog was closed. */
export async function askPlace(county) {
  const dialog = $("map-dialog");
  if (county) $("map-county").value = county;
  $("map-search").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  await show($("map-county").value);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "send" ? chosen : null), { once: true });
  });
}

async function show(county) {
  choose(null);
  const answer = await fetch(`/phones/map/${county}`);
  if (!answer.ok) { $("map").replaceChildren(); return; }
  const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
  const svg = document.importNode(drawn, true);
  svg.addEventListener("click", (event) => tapMap(svg, event));
  $("map").replaceChildren(svg);
  await search();
}

async function search() {
  const county = $("map-county").value;
  if (!county) return;
  const words = $("map-search").value;
  const shops = await read(`shops?county=${county}&q=${encodeURIComponent(words)}`);
  if (words !== $("map-search").value) return; // a later search overtook this one
  $("map-shops").replaceChildren(...shops.map((shop) => make("button", {
    type: "button",
    data: { licence: shop.licence },
    on: { click: () => choose({ lat: shop.lat, lon: shop.lon, label: shop.name }) },
  }, make("strong", {}, shop.name), make("span", {}, shop.address || shop.licence))));
  if (!shops.length) $("map-shops").append(make("p", { className: "nobody" }, t("No shop by that name here.")));
}

function tapMap(svg, event) {
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  let best = null;
  let nearest = NEAR;
  for (const dot of svg.querySelectorAll(".shop")) {
    const away = Math.hypot(dot.cx.baseVal.value - point.x, dot.cy.baseVal.value - point.y);
    if (away < nearest) { nearest = away; best = dot; }
  }
  if (best) choose({ lat: Number(best.dataset.lat), lon: Number(best.dataset.lon), label: best.dataset.name });
  else choose({ ...degrees(svg, point), label: "" });
}

function degrees(svg, point) {
  const [west, south, east, north] = svg.dataset.box.split(",").map(Number);
  const { width, height } = svg.viewBox.baseVal;
  return { lat: north - (point.y / height) * (north - south), lon: west + (point.x / width) * (east - west) };
}

function choose(place) {
  chosen = place;
  $("map-send").disabled = !place;
  const words = place && (place.label || `${t("Point on the map")} ${place.lat.toFixed(4)}, ${place.lon.toFixed(4)}`);
  $("map-chosen").textContent = words || t("Tap a shop, or any point on the map.");
  const svg = $("map").querySelector("svg");
  if (svg) movePin(svg, place);
  for (const row of $("map-shops").querySelectorAll("button")) row.setAttribute("aria-pressed", String(Boolean(place) && row.firstChild.textContent === place.label));
}

function movePin(svg, place) {
  const pin = svg.querySelector(".pin");
  if (!place) { pin.setAttribute("hidden", "hidden"); return; }
  const [west, south, east, north] = svg.dataset.box.split(",").map(Number);
  const { width, height } = svg.viewBox.baseVal;
  const x = ((place.lon - west) / (east - west)) * width;
  const y = ((north - place.lat) / (north - south)) * height;
  pin.setAttribute("transform", `translate(${x} ${y})`);
  pin.removeAttribute("hidden");
}
