#!/bin/sh
# SPDX-License-Identifier: ISC
# The calendar of Uzbekistan beside npm's date-holidays (holidays.cjs), which
# knows the feasts and the days in lieu, but no decree that moves a day.
#
#   make interop-calendar
#
# It is fetched into build/interop/npm.
set -eu

: "${SRCDIR:?run me through make interop-calendar}" "${BUILDDIR:?}"
dir=$BUILDDIR/interop/npm
version=3.37.0

more=
command -v npm >/dev/null || more=npm
# shellcheck disable=SC2086 # a word, or none
sh "$SRCDIR/tests/deps.sh" $more

mkdir -p "$dir"
if ! grep -qs "\"version\": \"$version\"" "$dir/node_modules/date-holidays/package.json"; then
	echo "interop: fetching date-holidays $version by npm into $dir"
	npm install --prefix "$dir" --no-audit --no-fund --ignore-scripts --silent "date-holidays@$version"
fi
"$BUILDDIR/edoc-route" calendar count --calendar "$SRCDIR/profiles/calendars/uz.yaml" -v --json \
	2024-12-31 2027-12-31 >"$dir/uz.json"
NODE_PATH=$dir/node_modules node "$SRCDIR/tests/interop/holidays.cjs" UZ "$dir/uz.json"
