/* SPDX-License-Identifier: ISC */
/* The head of a journal on one line of paper. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "archive/journal.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/time.h"

#define PREFIX "edoc-archive/1 "
#define DIGEST_BYTES 25 /* 200 bits: 40 letters; a collision costs 2^100 */

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 6 */

static void encode(const unsigned char *bytes, char out[41])
{
	for (size_t i = 0; i < 40; i++) {
		size_t bit = 5 * i;
		unsigned pair = (unsigned)bytes[bit / 8] << 8;
		if (bit / 8 + 1 < DIGEST_BYTES)
			pair |= bytes[bit / 8 + 1];
		out[i] = base32[pair >> (11 - bit % 8) & 31];
	}
	out[40] = '\0';
}

void ed_checkpoint_name(const struct ed_journal_pos *first, char name[ED_ARCHIVE_NAME])
{
	ed_hex(name, first->digest, (ED_ARCHIVE_NAME - 1) / 2);
}

void ed_checkpoint_format(const char *name, const struct ed_journal_pos *pos,
                          char line[ED_CHECKPOINT_MAX])
{
	char letters[41];
	char when[ED_TIME_STR];
	encode(pos->digest, letters);
	ed_time_format(when, pos->time);
	int n = snprintf(line, ED_CHECKPOINT_MAX, PREFIX "%s %lld %s ", name, (long long)pos->seq,
	                 when);
	for (size_t i = 0; i < 40; i += 5)
		n += snprintf(line + n, ED_CHECKPOINT_MAX - (size_t)n, "%s%.5s", i ? "-" : "",
		              letters + i);
}

/* Letters typed from paper: either case, hyphens or blanks where they please. */
static bool decode(const char *s, char out[41])
{
	size_t n = 0;
	for (; *s; s++) {
		char c = *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s;
		if (c == '-' || c == ' ' || c == '\n')
			continue;
		if (n == 40 || !strchr(base32, c))
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n == 40;
}

enum edoc_code ed_checkpoint_parse(const char *line, struct ed_checkpoint *checkpoint,
                                   struct edoc_error *err)
{
	char when[ED_TIME_STR];
	char *end;
	if (strncmp(line, PREFIX, strlen(PREFIX)) != 0)
		return ed_fail(err, EDOC_ERR_INPUT, line,
		               "is no checkpoint: it does not start with " PREFIX);
	const char *name = line + strlen(PREFIX);
	size_t len = strspn(name, "0123456789abcdefABCDEF");
	if (len != ED_ARCHIVE_NAME - 1 || name[len] != ' ')
		return ed_fail(err, EDOC_ERR_INPUT, line,
		               "is no checkpoint: the archive's name has 8 hex digits");
	snprintf(checkpoint->archive, sizeof checkpoint->archive, "%s", name);
	checkpoint->seq = strtoll(name + len + 1, &end, 10);
	const char *gap = *end == ' ' ? strchr(end + 1, ' ') : NULL;
	if (checkpoint->seq < 1 || !gap || (size_t)(gap - end) > sizeof when)
		return ed_fail(err, EDOC_ERR_INPUT, line,
		               "is no checkpoint: ARCHIVE SEQ TIME DIGEST");
	memcpy(when, end + 1, (size_t)(gap - end) - 1);
	when[gap - end - 1] = '\0';
	if (!ed_time_parse(when, &checkpoint->time))
		return ed_fail(err, EDOC_ERR_INPUT, line, "is no checkpoint: a bad time");
	if (!decode(gap + 1, checkpoint->digest))
		return ed_fail(err, EDOC_ERR_INPUT, line,
		               "is no checkpoint: the digest has 40 letters A-Z 2-7");
	return EDOC_OK;
}

bool ed_checkpoint_matches(const struct ed_checkpoint *checkpoint, const char *name,
                           const struct ed_journal_pos *pos)
{
	char letters[41];
	encode(pos->digest, letters);
	return !strcasecmp(checkpoint->archive, name) && checkpoint->seq == pos->seq &&
	       checkpoint->time == pos->time && !strcmp(checkpoint->digest, letters);
}
