/* SPDX-License-Identifier: ISC */
#include "door/yamlscan.h"

#include <stdint.h>
#include <string.h>

#include "base/err.h"

/* One UTF-8 character (RFC 3629); 0 bytes when it is not one. */
static size_t decode(const unsigned char *p, size_t n, uint32_t *c)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = *p < 0x80   ? 1
	             : *p < 0xc2 ? 0
	             : *p < 0xe0 ? 2
	             : *p < 0xf0 ? 3
	             : *p < 0xf5 ? 4
	                         : 0;

	if (!len || len > n)
		return 0;
	*c = len == 1 ? *p : *p & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3fu);
	}
	if (*c < least[len] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return len;
}

static const char *fault_of(uint32_t c)
{
	if (c == 0)
		return N_("a NUL byte");
	if ((c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0))
		return N_("a control character");
	if (c == 0x2028 || c == 0x2029)
		return N_(
		        "a Unicode line or paragraph separator (U+2028, U+2029); use a line feed");
	if (c == 0xfeff)
		return N_("a byte order mark (U+FEFF) inside the file");
	if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
		return N_("a Unicode noncharacter");
	return NULL;
}

bool ed_yaml_text_clean(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	uint32_t c = 0;

	for (size_t i = 0, n; i < len; i += n) {
		n = decode(p + i, len - i, &c);
		if (!n || fault_of(c))
			return false;
	}
	return true;
}

const char *ed_yaml_scan(const void *bytes, size_t len, size_t *skip, struct ed_yaml_mark *mark)
{
	const unsigned char *p = bytes;
	const char *fault;
	uint32_t c = 0;
	size_t i = 0;

	*mark = (struct ed_yaml_mark){1, 1};
	*skip = 0;
	if (len >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
		return N_("the file is UTF-16; save it as UTF-8");
	if (len >= 3 && !memcmp(p, "\xef\xbb\xbf", 3))
		i = *skip = 3;
	for (size_t n; i < len; i += n) {
		n = decode(p + i, len - i, &c);
		if (!n)
			return N_("the bytes are not UTF-8; save the file as UTF-8");
		if (c == '\r' && i + 1 < len && p[i + 1] == '\n')
			continue;
		fault = fault_of(c);
		if (fault)
			return fault;
		mark->column++;
		if (c == '\n') {
			mark->line++;
			mark->column = 1;
		}
	}
	return NULL;
}

void ed_yaml_walk_init(struct ed_yaml_walk *walk, const void *bytes, size_t len)
{
	*walk = (struct ed_yaml_walk){
	        .p = bytes, .len = len, .mark = {1, 1}, .indent = true, .white = true};
}

/* The character under the walk; '\n' at the end. */
static unsigned char here(const struct ed_yaml_walk *w)
{
	return w->byte < w->len ? w->p[w->byte] : '\n';
}

static void step(struct ed_yaml_walk *w)
{
	unsigned char c = here(w);

	do /* ed_yaml_scan() saw that it is UTF-8 */
		w->byte++;
	while (w->byte < w->len && (w->p[w->byte] & 0xc0) == 0x80);
	w->index++;
	w->mark.column++;
	w->white = c == ' ' || c == '\t' || c == '\n' || c == '\r';
	w->tab = w->tab || (c == '\t' && w->indent);
	w->spaces += c == ' ' && w->indent && !w->tab;
	w->indent = w->indent && w->white;
	if (c == '\n') {
		w->mark.line++;
		w->mark.column = 1;
		w->indent = true;
		w->tab = false;
		w->spaces = 0;
	}
}

static void comment(struct ed_yaml_walk *w)
{
	struct ed_yaml_mark mark = w->mark;
	size_t begin = w->byte, end;

	while (w->byte < w->len && here(w) != '\n')
		step(w);
	end = w->byte;
	while (end > begin && strchr(" \t\r", w->p[end - 1]))
		end--;
	if (w->comment)
		w->comment(w->arg, mark, (const char *)w->p + begin, end - begin);
}

/* The first visible character of a line: is it indented as it should be? */
static const char *indented(const struct ed_yaml_walk *w, unsigned least)
{
	unsigned char c = here(w);

	if (!w->indent || c == ' ' || c == '\t' || c == '\r' || c == '\n' || w->spaces >= least)
		return NULL;
	if (w->tab)
		return N_("this line is indented with a tab; use spaces (YAML 1.2, 6.1)");
	return N_("a line inside brackets or quotes must be indented more than the line "
	          "that its key or dash stands in (YAML 1.2, 6.1)");
	return NULL;
}

const char *ed_yaml_walk_gap(struct ed_yaml_walk *w, size_t index, unsigned least)
{
	while (w->index < index && w->byte < w->len) {
		const char *fault = here(w) == '#' ? NULL : indented(w, least);

		if (fault)
			return fault;
		if (here(w) == '#' && !w->white)
			return N_("white space is missing before \"#\" (YAML 1.2, 6.6)");
		if (here(w) == '#')
			comment(w);
		else
			step(w);
	}
	/* The value that begins here may be the first of its line. */
	return w->byte < w->len && here(w) != '#' ? indented(w, least) : NULL;
}

const char *ed_yaml_walk_scalar(struct ed_yaml_walk *w, size_t index, enum ed_yaml_style style,
                                unsigned least)
{
	bool header = style == ED_YAML_BLOCK;
	unsigned first = w->mark.line;
	const char *fault;

	for (; w->index < index && w->byte < w->len; step(w)) {
		if (header && here(w) == '#' && !w->white)
			return N_("white space is missing before \"#\" (YAML 1.2, 6.6)");
		if (header && here(w) == '#')
			comment(w); /* up to the line feed */
		if (here(w) == '\n')
			header = false;
		fault = style == ED_YAML_QUOTED && w->mark.line > first ? indented(w, least) : NULL;
		if (fault)
			return fault;
	}
	return NULL;
}
