#!/bin/sh
# SPDX-License-Identifier: ISC
# The catalogues: well formed, with the placeholders of the originals, nothing
# that the sources do not say, and every word of the reports.
. "$SRCDIR/tests/lib.sh"
cd "$SRCDIR" || exit 1

extract() { # OUT ARG...: as `make pot` does, but for messages of errors
	pot=$1
	shift
	xgettext --from-code=UTF-8 --language=C --no-location --keyword=_ --keyword=N_ --keyword=T \
		--keyword=tr:2 --keyword=ed_page_tr:2 --keyword=dgettext:2 -o "$pot" "$@"
}
cat >"$W/holes.py" <<'END'
import ast, re, subprocess, sys
text = subprocess.run(["msgcat", "--no-wrap", sys.argv[1]], capture_output=True, text=True, check=True).stdout
hole = re.compile(r"\{\d\}|%[-+ #0-9.*]*(?:hh?|ll?|z)?[a-zA-Z]")
bad = 0
for pair in re.finditer(r'^msgid (".*")\nmsgstr (".*")$', text, re.M):
    said, told = (ast.literal_eval(x) for x in pair.groups())
    if said and sorted(hole.findall(said)) != sorted(hole.findall(told)):
        bad = 1
        print(said, "|", told)
sys.exit(bad)
END
extract "$W/all.pot" --keyword=ed_fail:4 --keyword=ed_yaml_fail:4 \
	--flag=ed_fail:4:c-format cmd/*.c lib/*/*.c
extract "$W/reports.pot" lib/judge/text.c lib/judge/html.c lib/judge/copy.c lib/judge/markup.c lib/judge/words.c \
	lib/judge/timeline.c lib/judge/law.c lib/judge/stamps.c lib/judge/blocks.c \
	lib/judge/past.c lib/judge/accept.c lib/judge/validate.c \
	lib/route/sheet.c lib/route/sheettext.c lib/route/sheethtml.c
ok "the reports have words" test "$(grep -c '^msgid' "$W/reports.pot")" -gt 90
for po in cmd/po/*.po; do
	ok "$po is well formed" msgfmt --check -o /dev/null "$po"
	ok "$po has the placeholders of the originals" python3 "$W/holes.py" "$po"
	msgmerge --quiet --no-fuzzy-matching "$po" "$W/all.pot" -o "$W/merged.po"
	same "$(msgattrib --only-obsolete --no-wrap "$W/merged.po" | grep '^#~ msgid')" "" \
		"$po has nothing that the sources do not say"
	msgmerge --quiet --no-fuzzy-matching "$po" "$W/reports.pot" -o "$W/merged.po"
	same "$(msgattrib --untranslated --no-obsolete --no-wrap "$W/merged.po" | sed 1,/^$/d | grep '^msgid')" "" \
		"$po has every word of the reports"
done
# A hole that is lost is seen.
sed '/^msgstr/s/{1}/{2}/' cmd/po/ru.po >"$W/ru.po"
run python3 "$W/holes.py" "$W/ru.po"
is_exit 1 "a lost placeholder is found"

# What the judge says of itself within a sentence is translated too.
run edoc-verify -v --lang ru --policy uz "$D/good/order.asice"
is_exit 2 "a package that nobody is believed for"
has "$out" "статья 4 (2): выполнено ли, неизвестно: сертификат" "its conditions of law in Russian"
# And what it says of a procedure.
run edoc-route verify --lang ru "$D/good/order.asice"
has "$out" "в пакете нет журнала маршрута" "a package without a ledger, in Russian"
run edoc-route verify --lang tg "$D/good/order.asice"
has "$out" "баста дафтари масир надорад" "and in Tajik"
finish
