/* SPDX-License-Identifier: ISC */
/* What is refused by looking at the bytes, before libyaml (door/yaml.c). */
#ifndef ED_DOOR_YAMLSCAN_H
#define ED_DOOR_YAMLSCAN_H

#include <stdbool.h>
#include <stddef.h>

struct ed_yaml_mark {
	unsigned line, column; /* from 1, in characters */
};

/* NULL when the bytes may go to libyaml (*skip of them left out: a byte order
 * mark), else what is wrong at *mark. */
const char *ed_yaml_scan(const void *bytes, size_t len, size_t *skip, struct ed_yaml_mark *mark);

/*
 * A walk over the bytes beside the parser's events.  libyaml 0.2.5 takes for
 * good what YAML 1.2 forbids: "#" glued to a value, lines inside brackets or
 * quotes that are not indented, tabs as indentation, a lone "-" in brackets,
 * block text without text.  Each step moves to a character index and gives
 * NULL or what is wrong at walk->mark.
 */
enum ed_yaml_style { ED_YAML_PLAIN, ED_YAML_QUOTED, ED_YAML_BLOCK };

struct ed_yaml_walk {
	const unsigned char *p;
	size_t len, byte, index; /* index counts characters, as libyaml's */
	struct ed_yaml_mark mark;
	bool indent, tab; /* only white space on this line so far; with a tab */
	unsigned spaces;  /* of this line, before anything else */
	bool white;       /* the character before is white space */
	/* Told of each comment, from "#" to the end of its line; or NULL. */
	void (*comment)(void *arg, struct ed_yaml_mark mark, const char *text, size_t len);
	void *arg;
};

void ed_yaml_walk_init(struct ed_yaml_walk *walk, const void *bytes, size_t len);
/* Between values.  least: characters a line must be indented, 0 outside of
 * brackets. */
const char *ed_yaml_walk_gap(struct ed_yaml_walk *walk, size_t index, unsigned least);
const char *ed_yaml_walk_scalar(struct ed_yaml_walk *walk, size_t index, enum ed_yaml_style style,
                                unsigned least);

/* No NUL, control character (but tab and line feed) or noncharacter. */
bool ed_yaml_text_clean(const char *text, size_t len);

#endif
