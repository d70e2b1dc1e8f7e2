// Improves the map where scripts run: rows light up with their area, and on request
// Leaflet draws our own boundaries to zoom and move. No tiles, no other host.

const box = document.getElementById("map-box");

if (box) {
  linkRows();
  offerLiveMap();
}

function rowOf(iso) {
  return document.querySelector(`[data-iso="${iso}"][data-value]`)?.closest("tr");
}

function linkRows() {
  for (const area of box.querySelectorAll("a[data-iso]")) {
    const row = rowOf(area.dataset.iso);
    for (const [on, off] of [["pointerenter", "pointerleave"], ["focus", "blur"]]) {
      area.addEventListener(on, () => row?.classList.add("is-current"));
      area.addEventListener(off, () => row?.classList.remove("is-current"));
    }
  }
}

function offerLiveMap() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button-quiet no-print";
  button.textContent = box.dataset.activate;
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const shapes = await load();
      draw(shapes);
      button.remove();
    } catch {
      // The drawing below is whole without it.
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  });
  box.after(button);
}

async function load() {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = box.dataset.leafletCss;
  const script = document.createElement("script");
  script.src = box.dataset.leaflet;
  const loaded = [style, script].map(
    (element) =>
      new Promise((resolve, reject) => {
        element.onload = resolve;
        element.onerror = reject;
      }),
  );
  document.head.append(style, script);
  const [answer] = await Promise.all([fetch(box.dataset.shapes), ...loaded]);
  return decode(await answer.json());
}

// TopoJSON to GeoJSON: each border is stored once, as whole numbers of steps.
function decode(topology) {
  const { scale, translate } = topology.transform;
  const arcs = topology.arcs.map((steps) => {
    let x = 0;
    let y = 0;
    return steps.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
    });
  });
  const ring = (indexes) =>
    indexes.flatMap((index, place) => {
      const points = index < 0 ? [...arcs[~index]].reverse() : arcs[index];
      return place ? points.slice(1) : points;
    });
  const polygons = (geometry) =>
    geometry.type === "Polygon"
      ? geometry.arcs.map(ring)
      : geometry.arcs.map((polygon) => polygon.map(ring));
  return topology.objects.areas.geometries.map((geometry) => ({
    type: "Feature",
    id: geometry.id,
    geometry: { type: geometry.type, coordinates: polygons(geometry) },
    properties: {},
  }));
}

function draw(features) {
  const { L } = window;
  const links = new Map(
    [...box.querySelectorAll("a[data-iso]")].map((link) => [link.dataset.iso, link]),
  );
  const holder = document.createElement("div");
  holder.className = "map-live no-print";
  box.after(holder);
  const map = L.map(holder, {
    attributionControl: false,
    zoomControl: false,
    zoomSnap: 0.25,
  });
  L.control
    .zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut })
    .addTo(map);
  const layer = L.geoJSON(features, {
    style: ({ id }) => ({
      className: `live-${/\bc(\d)/.exec(links.get(id).getAttribute("class"))[1]}`,
      color: getComputedStyle(box).getPropertyValue("--ramp-edge"),
      fillColor: null,
      fillOpacity: 1,
      weight: 1,
    }),
    onEachFeature: ({ id }, shape) => prepare(shape, links.get(id), rowOf(id)),
  }).addTo(map);
  map.fitBounds(layer.getBounds());
  // Shapes exist only once they are drawn.
  layer.eachLayer((shape) => makeReachable(shape, links.get(shape.feature.id)));
  box.hidden = true;
  holder.focus();
}

function prepare(shape, link, row) {
  const label = link.querySelector("title").textContent;
  shape.bindTooltip(label, { sticky: true });
  shape.on("click", () => link.getAttribute("href") && followLink(link));
  shape.on("mouseover", () => row?.classList.add("is-current"));
  shape.on("mouseout", () => row?.classList.remove("is-current"));
}

function makeReachable(shape, link) {
  const path = shape.getElement();
  path.setAttribute("tabindex", "0");
  path.setAttribute("role", "link");
  path.setAttribute("aria-label", link.querySelector("title").textContent);
  path.addEventListener("keydown", (event) => {
    if (event.key === "Enter") followLink(link);
  });
  path.addEventListener("focus", () => shape.openTooltip());
  path.addEventListener("blur", () => shape.closeTooltip());
}

function followLink(link) {
  window.location.assign(link.getAttribute("href"));
}
