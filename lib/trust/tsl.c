/* SPDX-License-Identifier: ISC */
#include "trust/tsl.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"
#include "door/xml.h"
#include "signature/xades.h"

#define NS "http://uri.etsi.org/02231/v2#"
#define TAG "http://uri.etsi.org/19612/TSLTag"
#define TYPES "http://uri.etsi.org/TrstSvc/Svctype/"
#define TYPES_MORE "http://uri.etsi.org/02231/v2/additionaltypes#"
#define QUALIFICATIONS "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"

struct reading {
	const struct ed_xml *xml;
	struct ed_arena *arena;
	struct ed_tsl *tsl;
};

static enum edoc_code malformed(const struct reading *r, const xmlNode *at, const char *what,
                                struct edoc_error *err)
{
	return ed_fail(err, EDOC_ERR_INPUT, ed_xml_place(r->xml, at, r->arena),
	               "no trusted list (TS 119 612): %s", what);
}

/* ---- text ---- */

/* One line without tabs: white space is one blank each. */
static const char *line_of(const struct reading *r, const xmlNode *node)
{
	const char *text = ed_xml_text(node, r->arena);
	char *out = text ? ed_arena_strdup(r->arena, text) : NULL;
	size_t n = 0;

	for (const char *p = out; p && *p; p++) {
		bool blank = strchr(" \t\r\n", *p) != NULL;

		if (!blank)
			out[n++] = *p;
		else if (n && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n && out[n - 1] == ' ')
		n--;
	if (out)
		out[n] = '\0';
	return out;
}

static bool is_english(const xmlNode *node)
{
	for (const xmlAttr *a = node->properties; a; a = a->next)
		if (a->ns && !strcmp((const char *)a->name, "lang") && a->children &&
		    a->children->content)
			return !strncmp((const char *)a->children->content, "en", 2);
	return false;
}

/* Of the Names in `parent/list`, the English one, or the first. */
static const char *name_in(const struct reading *r, const xmlNode *parent, const char *list)
{
	const xmlNode *names = ed_xml_child(parent, NS, list, NULL), *best = NULL;

	for (const xmlNode *p = ed_xml_first(names); p; p = ed_xml_next(p)) {
		if (!ed_xml_is(p, NS, "Name"))
			continue;
		if (!best || (is_english(p) && !is_english(best)))
			best = p;
	}
	return best ? line_of(r, best) : "";
}

static bool time_in(const struct reading *r, const xmlNode *parent, const char *name, int64_t *t)
{
	const xmlNode *node = ed_xml_child(parent, NS, name, NULL);
	const char *text = node ? line_of(r, node) : NULL;

	return text && ed_time_parse(text, t);
}

/* ---- status (5.5.4) and type (5.5.1) ---- */

/* What follows one of the roots that versions of the standard used. */
static const char *word_of(const char *uri, const char *const *roots)
{
	for (size_t i = 0; uri && roots[i]; i++)
		if (!strncmp(uri, roots[i], strlen(roots[i])))
			return uri + strlen(roots[i]);
	return NULL;
}

/* The supervisors stood behind it: since 2016 granted or, for what is not
 * qualified, recognised; before, the words of Directive 1999/93 (TS 119 615
 * 4.3).  Any other word, known or not, is no. */
static bool is_granted(const char *uri)
{
	static const char *const roots[] = {
	        "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/",
	        "http://uri.etsi.org/TrstSvc/Svcstatus/",
	        "http://uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/", NULL};
	static const char *const words[] = {
	        "granted",    "recognisedatnationallevel", "setbynationallaw",
	        "accredited", "undersupervision",          "supervisionincessation",
	};
	const char *word = word_of(uri, roots);

	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

static unsigned purposes_of(const char *type)
{
	static const struct {
		const char *type;
		unsigned purposes;
	} known[] = {
	        {"CA/QC", EDOC_FOR_SIGN},
	        {"CA/PKC", EDOC_FOR_SIGN},
	        {"NationalRootCA-QC", EDOC_FOR_SIGN},
	        {"TSA", EDOC_FOR_TSA},
	        {"TSA/QTST", EDOC_FOR_TSA},
	        {"TSA/TSS-QC", EDOC_FOR_TSA},
	        {"TSA/TSS-AdESQCandQES", EDOC_FOR_TSA},
	        {"Certstatus/OCSP", EDOC_FOR_OCSP},
	        {"Certstatus/OCSP/QC", EDOC_FOR_OCSP},
	};

	for (size_t i = 0; type && i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(type, known[i].type))
			return known[i].purposes;
	return 0;
}

/* ---- extensions (5.3.17, 5.4.6, 5.5.9) ---- */

/* No text beside its elements. */
static bool holds_elements_only(const xmlNode *node)
{
	for (const xmlNode *p = node->children; p; p = p->next) {
		const char *text = (const char *)p->content;

		if (p->type == XML_CDATA_SECTION_NODE ||
		    (p->type == XML_TEXT_NODE && text && text[strspn(text, " \t\r\n")]))
			return false;
	}
	return true;
}

/* 5.5.9.4: what an AdditionalServiceInformation says, when that is all it says. */
static const char *information_of(const struct reading *r, const xmlNode *node)
{
	static const char *const roots[] = {
	        "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/",
	        "http://uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/SvcInfoExt/", NULL};
	const xmlNode *uri = ed_xml_child(node, NS, "URI", NULL);

	if (!uri || ed_xml_first(node) != uri || ed_xml_next(uri) || !holds_elements_only(node))
		return NULL;
	return word_of(line_of(r, uri), roots);
}

/*
 * We decide whether the key of a service is believed, and when.  Whether its
 * certificates are qualified (Qualifications), who answers for it now
 * (TakenOverBy), and since when it keeps revocation of what has ended, on which
 * we do not build, change nothing about that.
 */
static bool is_understood(const struct reading *r, const xmlNode *content)
{
	static const char *const words[] = {"ForeSignatures", "ForeSeals",
	                                    "ForWebSiteAuthentication", "RootCA-QC"};
	const char *word;

	if (ed_xml_is(content, QUALIFICATIONS, "Qualifications") ||
	    ed_xml_is(content, TYPES_MORE, "TakenOverBy") ||
	    ed_xml_is(content, NS, "ExpiredCertsRevocationInfo"))
		return true;
	if (!ed_xml_is(content, NS, "AdditionalServiceInformation"))
		return false;
	word = information_of(r, content);
	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/* xsd:boolean; what does not say no means yes. */
static bool is_critical(const struct reading *r, const xmlNode *extension)
{
	const char *text = ed_xml_attr(extension, "Critical", r->arena);
	size_t n;

	if (!text)
		return true;
	text += strspn(text, " \t\r\n");
	n = strcspn(text, " \t\r\n");
	return !((n == 5 && !strncmp(text, "false", n)) || (n == 1 && *text == '0'));
}

/* The name of what is critical in an extension and not understood, or NULL. */
static const char *stranger_in(const struct reading *r, const xmlNode *extension)
{
	const xmlNode *content = ed_xml_first(extension);

	if (!ed_xml_is(extension, NS, "Extension"))
		return (const char *)extension->name;
	if (!is_critical(r, extension))
		return NULL;
	if (!content || !holds_elements_only(extension))
		return (const char *)extension->name;
	for (; content; content = ed_xml_next(content))
		if (!is_understood(r, content))
			return (const char *)content->name;
	return NULL;
}

/* As with certificates: what is critical and not understood ends the use of
 * what it stands in.  *name: in the arena, or NULL. */
static enum edoc_code find_stranger(const struct reading *r, const xmlNode *parent,
                                    const char *extensions, const char **name,
                                    struct edoc_error *err)
{
	const char *found = NULL;
	bool several;
	const xmlNode *list = ed_xml_child(parent, NS, extensions, &several);

	if (several || (list && !holds_elements_only(list)))
		found = extensions;
	for (const xmlNode *e = ed_xml_first(list); e && !found; e = ed_xml_next(e))
		found = stranger_in(r, e);
	*name = found ? ed_arena_strdup(r->arena, found) : NULL;
	return found && !*name ? ed_fail_memory(err) : EDOC_OK;
}

/* Whatever else stands beside the URI, and whoever named it. */
static const char *word_in(const struct reading *r, const xmlNode *node)
{
	const xmlNode *uri = ed_xml_child(node, NS, "URI", NULL);
	const char *text = uri ? line_of(r, uri) : NULL;
	const char *slash = text ? strrchr(text, '/') : NULL;

	return slash && ed_xml_is(node, NS, "AdditionalServiceInformation") ? slash + 1 : "";
}

/* An authority for the certificates of web servers alone signs no documents
 * (5.5.9.4). */
static bool for_signing(const struct reading *r, const xmlNode *information)
{
	const xmlNode *list = ed_xml_child(information, NS, "ServiceInformationExtensions", NULL);
	bool said = false;

	for (const xmlNode *e = ed_xml_first(list); e; e = ed_xml_next(e)) {
		for (const xmlNode *p = ed_xml_first(e); p; p = ed_xml_next(p)) {
			const char *word = word_in(r, p);

			if (!strcmp(word, "ForeSignatures") || !strcmp(word, "ForeSeals"))
				return true;
			said = said || !strcmp(word, "ForWebSiteAuthentication");
		}
	}
	return !said;
}

/* ---- what is said since when ---- */

struct provider {
	const char *name;
	const char *stranger; /* of 5.4.6, or NULL */
};

struct statuses {
	struct ed_trust_status *v; /* as they stand there: the newest first */
	size_t n, cap;
};

static const char *last_word(const char *uri)
{
	const char *slash = uri ? strrchr(uri, '/') : NULL;

	return slash ? slash + 1 : uri;
}

/* Why what is said there is not taken; *why NULL: it is. */
static enum edoc_code find_doubts(const struct reading *r, const xmlNode *instance,
                                  const struct provider *provider, unsigned purposes,
                                  const char **why, struct edoc_error *err)
{
	const char *stranger = provider->stranger, *clause = "5.4.6";
	enum edoc_code rc = EDOC_OK;

	*why = NULL;
	if (!stranger) {
		clause = "5.5.9";
		rc = find_stranger(r, instance, "ServiceInformationExtensions", &stranger, err);
	}
	if (rc != EDOC_OK)
		return rc;
	if (!stranger && purposes == EDOC_FOR_SIGN && !for_signing(r, instance))
		*why = "it is there for web servers alone (5.5.9.4)";
	if (!stranger)
		return EDOC_OK;
	*why = ed_arena_printf(r->arena, "its critical extension %s is not understood (%s)",
	                       stranger, clause);
	return *why ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code add_status(struct reading *r, const xmlNode *instance, const char *type,
                                 const struct provider *provider, struct statuses *list,
                                 struct edoc_error *err)
{
	static const char *const roots[] = {TYPES, NULL};
	const xmlNode *status = ed_xml_child(instance, NS, "ServiceStatus", NULL);
	const xmlNode *node = ed_xml_child(instance, NS, "ServiceTypeIdentifier", NULL);
	const char *own = node ? word_of(line_of(r, node), roots) : NULL;
	const char *uri = status ? line_of(r, status) : NULL;
	struct ed_trust_status s = {.word = last_word(uri)};
	enum edoc_code rc;

	if (!uri || !*s.word || !time_in(r, instance, "StatusStartingTime", &s.from))
		return malformed(r, instance,
		                 "a service lacks its status or since when (5.5.4, 5.5.5)", err);
	rc = find_doubts(r, instance, provider, purposes_of(type), &s.why, err);
	if (rc != EDOC_OK)
		return rc;
	/* As a service of another kind it was none of this kind. */
	s.granted = !s.why && is_granted(uri) && purposes_of(own) == purposes_of(type);
	list->v = ed_arena_grow(r->arena, list->v, list->n, &list->cap, sizeof(*list->v));
	if (!list->v)
		return ed_fail_memory(err);
	list->v[list->n++] = s;
	return EDOC_OK;
}

/*
 * The status rules since its moment; before, its history, the newest first
 * (5.5.10).  A history that is not so contradicts the status, and the service
 * cannot be used: nothing tells which of the two is right.
 */
static void put_in_order(const struct statuses *list, struct ed_trust_service *service)
{
	struct ed_trust_status *v = list->v;

	service->status = v;
	service->n = list->n;
	for (size_t i = 1; i < list->n; i++) {
		if (v[i].from < v[i - 1].from)
			continue;
		v[0].granted = false;
		v[0].why = "its history is not older than its status, the newest first (5.5.10)";
		service->n = 1;
		return;
	}
	for (size_t i = 0; i < list->n / 2; i++) {
		struct ed_trust_status newer = v[i];

		v[i] = v[list->n - 1 - i];
		v[list->n - 1 - i] = newer;
	}
}

/* ---- services ---- */

static enum edoc_code add_cert(struct reading *r, const xmlNode *node,
                               const struct ed_tsl_service *like, struct edoc_error *err)
{
	struct ed_tsl *tsl = r->tsl;
	struct ed_buf der;
	struct ed_cert *cert = NULL;
	enum edoc_code rc = EDOC_ERR_INPUT;

	if (tsl->n >= ED_MAX_CERTS)
		return ed_fail(err, EDOC_ERR_LIMIT, r->xml->where,
		               "more than %d certificates in one trusted list", ED_MAX_CERTS);
	ed_buf_init(&der, ED_MAX_CERT);
	if (ed_xml_b64(node, r->arena, &der) && !der.failed)
		rc = ed_cert_parse(der.data, der.len, ed_xml_place(r->xml, node, r->arena),
		                   r->arena, &cert, NULL);
	ed_buf_clear(&der);
	if (rc == EDOC_ERR_MEMORY)
		return ed_fail_memory(err);
	if (rc != EDOC_OK) { /* one bad entry of hundreds does not end the list */
		tsl->skipped++;
		return EDOC_OK;
	}
	tsl->services =
	        ed_arena_grow(r->arena, tsl->services, tsl->n, &tsl->cap, sizeof(*tsl->services));
	if (!tsl->services) {
		tsl->n = 0;
		ed_cert_clear(cert);
		return ed_fail_memory(err);
	}
	tsl->services[tsl->n] = *like;
	tsl->services[tsl->n++].cert = cert;
	return EDOC_OK;
}

static enum edoc_code read_history(struct reading *r, const xmlNode *service, const char *type,
                                   const struct provider *provider, struct statuses *list,
                                   struct edoc_error *err)
{
	const xmlNode *history = ed_xml_child(service, NS, "ServiceHistory", NULL);
	enum edoc_code rc = EDOC_OK;

	for (const xmlNode *p = ed_xml_first(history); p && rc == EDOC_OK; p = ed_xml_next(p))
		if (ed_xml_is(p, NS, "ServiceHistoryInstance"))
			rc = add_status(r, p, type, provider, list, err);
	return rc;
}

static enum edoc_code read_service(struct reading *r, const xmlNode *node,
                                   const struct provider *provider, struct edoc_error *err)
{
	static const char *const roots[] = {TYPES, NULL};
	const xmlNode *information = ed_xml_child(node, NS, "ServiceInformation", NULL);
	const xmlNode *type = ed_xml_child(information, NS, "ServiceTypeIdentifier", NULL);
	const xmlNode *identity = ed_xml_child(information, NS, "ServiceDigitalIdentity", NULL);
	struct ed_tsl_service service = {.provider = provider->name};
	struct statuses list = {0};
	enum edoc_code rc;

	if (!information || !type)
		return malformed(r, node, "a service lacks its type (5.5.1)", err);
	service.type = word_of(line_of(r, type), roots);
	service.purposes = purposes_of(service.type);
	if (!service.purposes)
		return EDOC_OK;
	service.listed.name = name_in(r, information, "ServiceName");
	rc = add_status(r, information, service.type, provider, &list, err);
	if (rc == EDOC_OK)
		rc = read_history(r, node, service.type, provider, &list, err);
	if (rc == EDOC_OK)
		put_in_order(&list, &service.listed);
	for (const xmlNode *id = ed_xml_first(identity); id && rc == EDOC_OK; id = ed_xml_next(id))
		for (const xmlNode *p = ed_xml_first(id); p && rc == EDOC_OK; p = ed_xml_next(p))
			if (ed_xml_is(p, NS, "X509Certificate"))
				rc = add_cert(r, p, &service, err);
	return rc;
}

static enum edoc_code read_provider(struct reading *r, const xmlNode *node, struct edoc_error *err)
{
	const xmlNode *information = ed_xml_child(node, NS, "TSPInformation", NULL);
	const xmlNode *services = ed_xml_child(node, NS, "TSPServices", NULL);
	struct provider provider = {0};
	enum edoc_code rc;

	if (!information)
		return malformed(r, node, "a provider lacks its information (5.4)", err);
	provider.name = name_in(r, information, "TSPName");
	rc = find_stranger(r, information, "TSPInformationExtensions", &provider.stranger, err);
	for (const xmlNode *p = ed_xml_first(services); p && rc == EDOC_OK; p = ed_xml_next(p))
		if (ed_xml_is(p, NS, "TSPService"))
			rc = read_service(r, p, &provider, err);
	return rc;
}

/* ---- the scheme ---- */

static bool whole_number(const char *text, int64_t *v)
{
	char *end;

	if (!text || *text < '0' || *text > '9' || strlen(text) > 18)
		return false;
	*v = strtoll(text, &end, 10);
	return !*end;
}

/* One dateTime and nothing else; nothing at all closes the list. */
static bool read_next(const struct reading *r, const xmlNode *next, int64_t *t)
{
	const xmlNode *first = ed_xml_first(next);

	*t = ED_TIME_NONE;
	if (!holds_elements_only(next))
		return false;
	return !first || (!ed_xml_next(first) && time_in(r, next, "dateTime", t));
}

static enum edoc_code read_scheme(struct reading *r, const xmlNode *root, struct edoc_error *err)
{
	const xmlNode *scheme = ed_xml_child(root, NS, "SchemeInformation", NULL);
	const xmlNode *version = ed_xml_child(scheme, NS, "TSLVersionIdentifier", NULL);
	const xmlNode *sequence = ed_xml_child(scheme, NS, "TSLSequenceNumber", NULL);
	const xmlNode *type = ed_xml_child(scheme, NS, "TSLType", NULL);
	const xmlNode *territory = ed_xml_child(scheme, NS, "SchemeTerritory", NULL);
	const xmlNode *next = ed_xml_child(scheme, NS, "NextUpdate", NULL);
	struct ed_tsl *tsl = r->tsl;
	const char *uri = type ? line_of(r, type) : NULL, *stranger;
	enum edoc_code rc;
	int64_t v;

	if (!scheme || !version || !whole_number(line_of(r, version), &v))
		return malformed(r, root, "SchemeInformation lacks its version (5.3.1)", err);
	if (v != 5 && v != 6)
		return ed_fail(
		        err, EDOC_ERR_VERSION, r->xml->where,
		        "a trusted list of version %lld; 5 and 6 are read (TS 119 612 5.3.1)",
		        (long long)v);
	if (!sequence || !whole_number(line_of(r, sequence), &tsl->sequence) || !tsl->sequence)
		return malformed(r, scheme, "the sequence number is missing, or none (5.3.2)", err);
	/* A list of lists names other schemes, whose trust is not the administrator's choice. */
	if (!uri || strstr(uri, "listofthelists"))
		return malformed(r, scheme, "the type is missing, or it is a list of lists (5.3.3)",
		                 err);
	if (!time_in(r, scheme, "ListIssueDateTime", &tsl->issued))
		return malformed(r, scheme,
		                 "the date of issue is missing, or no date and time with its zone "
		                 "(5.3.14)",
		                 err);
	if (!next || !read_next(r, next, &tsl->next_update))
		return malformed(r, next ? next : scheme,
		                 "NextUpdate is missing, or neither one dateTime with its zone nor "
		                 "empty (5.3.15)",
		                 err);
	rc = find_stranger(r, scheme, "SchemeExtensions", &stranger, err);
	if (rc != EDOC_OK)
		return rc;
	if (stranger)
		return ed_fail(err, EDOC_ERR_INPUT, ed_xml_place(r->xml, scheme, r->arena),
		               "the critical extension %s of this trusted list is not understood "
		               "(TS 119 612 5.3.17)",
		               stranger);
	tsl->territory = territory ? line_of(r, territory) : "";
	tsl->operator_name = name_in(r, scheme, "SchemeOperatorName");
	return tsl->territory && tsl->operator_name ? EDOC_OK : ed_fail_memory(err);
}

static enum edoc_code read_list(struct reading *r, struct edoc_error *err)
{
	const xmlNode *root = xmlDocGetRootElement(r->xml->doc);
	const xmlNode *providers = ed_xml_child(root, NS, "TrustServiceProviderList", NULL);
	const char *tag = ed_xml_attr(root, "TSLTag", r->arena);
	enum edoc_code rc;

	if (!ed_xml_is(root, NS, "TrustServiceStatusList") || !tag || strcmp(tag, TAG) != 0)
		return malformed(r, root, "the root is no TrustServiceStatusList (5.2.1)", err);
	rc = read_scheme(r, root, err);
	for (const xmlNode *p = ed_xml_first(providers); p && rc == EDOC_OK; p = ed_xml_next(p))
		if (ed_xml_is(p, NS, "TrustServiceProvider"))
			rc = read_provider(r, p, err);
	return rc;
}

/* ---- the signature ---- */

static bool algorithm_is(const struct ed_xml *xml, const xmlNode *node, const char *uri,
                         struct ed_arena *arena)
{
	const char *is = ed_xml_attr(node, "Algorithm", arena);

	(void)xml;
	return is && !strcmp(is, uri);
}

/* Annex B.1: enveloped-signature and exclusive canonical XML, nothing else. */
static bool covers_all(const struct ed_xml *xml, const xmlNode *reference, const char *root_id,
                       struct ed_arena *arena)
{
	const char *uri = ed_xml_attr(reference, "URI", arena);
	const xmlNode *list = ed_xml_child(reference, ED_NS_DS, "Transforms", NULL);
	const xmlNode *first = ed_xml_first(list), *second = ed_xml_next(first);

	if (!uri || (*uri && (*uri != '#' || !root_id || strcmp(uri + 1, root_id) != 0)))
		return false;
	return first && second && !ed_xml_next(second) &&
	       algorithm_is(xml, first, ED_NS_DS "enveloped-signature", arena) &&
	       algorithm_is(xml, second, ed_c14n_uri(ED_C14N_EXC, false), arena);
}

/* The one signature stands in the root and is over the whole of it. */
static bool is_enveloped(const struct ed_xml *xml, struct ed_arena *arena)
{
	const xmlNode *root = xmlDocGetRootElement(xml->doc);
	const xmlNode *signature = ed_xml_child(root, ED_NS_DS, "Signature", NULL);
	const xmlNode *info = ed_xml_child(signature, ED_NS_DS, "SignedInfo", NULL);
	const char *id = ed_xml_attr(root, "Id", arena);

	for (const xmlNode *p = ed_xml_first(info); p; p = ed_xml_next(p))
		if (ed_xml_is(p, ED_NS_DS, "Reference") && covers_all(xml, p, id, arena))
			return true;
	return false;
}

static bool is_pinned(const struct ed_cert *signer, STACK_OF(X509) *signers)
{
	for (int i = 0; i < sk_X509_num(signers); i++)
		if (!X509_cmp(signer->x509, sk_X509_value(signers, i)))
			return true;
	return false;
}

/* A forger who finds a collision needs no key (5.7.1 asks for SHA-256 and better). */
static bool is_weak(const struct ed_ades *sig)
{
	static const enum ed_hash weak[] = {ED_MD5, ED_SHA1, ED_RIPEMD160};

	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		if (sig->alg.hash == weak[i])
			return true;
		for (size_t k = 0; k < sig->n_uses; k++)
			if (sig->uses[k].hash == weak[i] && !strcmp(sig->uses[k].what, "reference"))
				return true;
	}
	return false;
}

static enum edoc_code check_signature(const struct ed_ades *sigs, size_t n, STACK_OF(X509) *signers,
                                      const char *where, struct edoc_error *err)
{
	if (n != 1)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "a trusted list has one signature, this has %zu (TS 119 612 5.7)",
		               n);
	if (!sigs->intact_data || !sigs->intact_signature || !sigs->signer)
		return ed_fail(err, EDOC_ERR_INPUT, where,
		               "the signature of this trusted list does not hold: it was changed");
	if (is_weak(sigs))
		return ed_fail(
		        err, EDOC_ERR_INPUT, where,
		        "the signature of this trusted list is made with a digest that can be "
		        "forged (TS 119 612 5.7.1)");
	if (!is_pinned(sigs->signer, signers))
		return ed_fail(err, EDOC_ERR_DENIED, where,
		               "this trusted list is signed by %s, who is not among those that you "
		               "named as its signers",
		               sigs->signer->subject);
	return EDOC_OK;
}

static enum edoc_code no_digest(void *arg, size_t i, enum ed_hash hash,
                                unsigned char out[ED_HASH_MAX], struct edoc_error *err)
{
	(void)arg;
	(void)i;
	(void)hash;
	(void)out;
	return ed_fail(err, EDOC_ERR_ABSENT, "", "a trusted list is over itself alone");
}

static enum edoc_code verify(const void *bytes, size_t len, const char *where,
                             STACK_OF(X509) *signers, struct ed_arena *arena, struct ed_tsl *tsl,
                             struct edoc_error *err)
{
	static const struct ed_data nothing = {.digest = no_digest};
	struct ed_material material;
	struct ed_ades *sigs = NULL;
	enum edoc_code rc;
	size_t n = 0;

	ed_material_init(&material, arena);
	rc = ed_xades_read(bytes, len, where, ED_MAX_XML_BYTES, &nothing, &material, arena, &sigs,
	                   &n, err);
	if (rc == EDOC_OK)
		rc = check_signature(sigs, n, signers, where, err);
	if (rc == EDOC_OK)
		memcpy(tsl->signer, sigs->signer->sha256, sizeof(tsl->signer));
	ed_ades_clear(sigs, n);
	return rc;
}

/* ---- */

static enum edoc_code parse(const void *bytes, size_t len, const char *where,
                            struct ed_arena *arena, bool enveloped, struct ed_tsl *tsl,
                            struct edoc_error *err)
{
	struct reading r = {.arena = arena, .tsl = tsl};
	unsigned char sha256[ED_HASH_MAX];
	struct ed_xml *xml;
	enum edoc_code rc = ed_xml_parse(bytes, len, where, ED_MAX_XML_BYTES, &xml, err);

	if (rc != EDOC_OK)
		return rc;
	r.xml = xml;
	if (enveloped && !is_enveloped(xml, arena))
		rc = ed_fail(err, EDOC_ERR_INPUT, where,
		             "the signature is not over the whole trusted list (TS 119 612 B.1)");
	if (rc == EDOC_OK && !ed_hash_bytes(ED_SHA256, bytes, len, sha256))
		rc = ed_fail_memory(err);
	if (rc == EDOC_OK) {
		memcpy(tsl->sha256, sha256, sizeof(tsl->sha256));
		rc = read_list(&r, err);
	}
	ed_xml_free(xml);
	return rc;
}

enum edoc_code ed_tsl_parse(const void *bytes, size_t len, const char *where,
                            struct ed_arena *arena, struct ed_tsl *tsl, struct edoc_error *err)
{
	enum edoc_code rc;

	*tsl = (struct ed_tsl){0};
	rc = parse(bytes, len, where, arena, false, tsl, err);
	if (rc != EDOC_OK)
		ed_tsl_clear(tsl);
	return rc;
}

enum edoc_code ed_tsl_read(const void *bytes, size_t len, const char *where,
                           STACK_OF(X509) *signers, struct ed_arena *arena, struct ed_tsl *tsl,
                           struct edoc_error *err)
{
	enum edoc_code rc;

	*tsl = (struct ed_tsl){0};
	rc = verify(bytes, len, where, signers, arena, tsl, err);
	if (rc == EDOC_OK)
		rc = parse(bytes, len, where, arena, true, tsl, err);
	if (rc != EDOC_OK)
		ed_tsl_clear(tsl);
	return rc;
}

void ed_tsl_clear(struct ed_tsl *tsl)
{
	for (size_t i = 0; i < tsl->n; i++)
		ed_cert_clear(tsl->services[i].cert);
	*tsl = (struct ed_tsl){0};
}
