/* claim.c: what the theory's engine finds for a pattern given as text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "claim.h"

const char *as_claim_verdict_text(as_claim_verdict v)
{
    static const char *const texts[] = {"holds", "holds with conditions", "false"};
    return texts[v];
}

static as_layers *parse_layers(const char *text, size_t length, as_err *err)
{
    as_pattern_error at;
    char why[200];
    as_layers *s = as_layers_parse(text, &at);
    if (!s) {
        as_fail(err, AS_EXIT_USAGE, "%s: column %zu: %s", text, at.column, at.what);
        return NULL;
    }
    if (as_layers_fits(s, length, length, why, sizeof why))
        return s;
    as_fail(err, AS_EXIT_USAGE, "%s: %s", text, why);
    as_layers_free(s);
    return NULL;
}

static bool find_reach(const char *pattern, size_t length, size_t layers, as_reach *out, as_err *err)
{
    as_layers *s = parse_layers(pattern, length, err);
    const as_reach_ask ask = {.schedule = s, .length = length, .layers = layers, .heads = 1};
    bool ok = s && as_reach_find(&ask, out, err);
    as_layers_free(s);
    return ok;
}

bool as_claim_sees(const char *pattern, size_t length, size_t layers, uint64_t *out, as_err *err)
{
    as_reach r;
    if (!find_reach(pattern, length, layers, &r, err))
        return false;
    *out = r.sees[layers - 1];
    as_reach_free(&r);
    return true;
}

bool as_claim_cover(const char *pattern, size_t length, uint64_t *layers, as_err *err)
{
    as_reach r;
    if (!find_reach(pattern, length, 1, &r, err))
        return false;
    *layers = r.cover == AS_COVERS ? r.layers_to_cover : UINT64_MAX;
    as_reach_free(&r);
    return true;
}

bool as_claim_edges(const char *pattern, size_t length, as_edges *out, as_err *err)
{
    as_layers *s = parse_layers(pattern, length, err);
    bool ok = s && as_edges_find(as_layers_at(s, 0), length, 1, out, err);
    as_layers_free(s);
    return ok;
}
