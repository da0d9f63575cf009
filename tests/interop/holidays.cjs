// SPDX-License-Identifier: ISC
// holidays.cjs COUNTRY COUNT.json: the days off that `edoc-route calendar count
// -v --json` tells, beside date-holidays.  What only one of them has needs a
// reason: a decree beyond the code of labour on our side; on theirs a day of
// the lunar calendar that we expect a day earlier or later.  1: there is none.
"use strict";
const fs = require("fs");
const Holidays = require("date-holidays");

const [country, file] = process.argv.slice(2);
const count = JSON.parse(fs.readFileSync(file, "utf8"));
const ours = new Map(count.off.filter((d) => d.name).map((d) => [d.date, d]));
const theirs = new Map();
for (let year = 2025; year <= 2027; year++)
	for (const d of new Holidays(country).getHolidays(year))
		if (d.type === "public") theirs.set(d.date.slice(0, 10), d.name);
if (ours.size < 30 || theirs.size < 30) {
	console.error(`too little to compare: ${ours.size} and ${theirs.size} days`);
	process.exit(1);
}

const near = (date, n) => new Date(Date.parse(date) + n * 86400e3).toISOString().slice(0, 10);
const expected = (date) => [-1, 1].some((n) => (ours.get(near(date, n)) || {}).provisional);
let bad = 0, both = 0;
for (const date of [...new Set([...ours.keys(), ...theirs.keys()])].sort()) {
	const our = ours.get(date), their = theirs.get(date);
	if (our && their) {
		both++;
		continue;
	}
	const good = our ? our.provisional || !/^Labour Code/.test(our.decree) : expected(date);
	if (!good) bad++;
	console.log(`${good ? "ok " : "BAD"} ${date} ` +
		(our ? `only ours: ${our.name} (${our.decree || our.note})` : `only theirs: ${their}`));
}
console.log(`${both} days alike, ${bad} without a reason`);
process.exit(bad ? 1 : 0);
