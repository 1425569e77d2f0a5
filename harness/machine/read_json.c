/* read_json.c: the facts of machine.json. jansson reads; a key that is missing or of another kind is an unknown fact.
 * SPDX-License-Identifier: Apache-2.0 */
#include "read_json.h"

#include <math.h>

#include "../../kernels/api/cpu.h"
#include "../base/file.h"
#include "../base/path.h"

static double rate_or_nan(const json_t *value)
{
    double rate = json_is_number(value) ? json_number_value(value) : 0;
    return rate > 0 && isfinite(rate) ? rate : NAN;
}

static void read_rates(const json_t *root, const as_rated *rated, as_scope scope, as_machine_facts *facts)
{
    const json_t *object = json_object_get(root, rated->key[scope]);
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        facts->rate[rated->dtype][isa][scope] = rate_or_nan(json_object_get(object, as_isa_name((as_isa)isa)));
}

static void read_facts(const json_t *root, as_arena *arena, as_machine_facts *facts)
{
    facts->name = as_arena_intern(arena, json_string_value(json_object_get(root, "cpu")));
    facts->fingerprint = as_arena_intern(arena, json_string_value(json_object_get(root, "fingerprint")));
    facts->date = as_arena_intern(arena, json_string_value(json_object_get(root, "date")));
    facts->roofs_date = as_arena_intern(arena, json_string_value(json_object_get(root, "roofs_date")));
    facts->commit = as_arena_intern(arena, json_string_value(json_object_get(root, "commit")));
    json_int_t cpus = json_integer_value(json_object_get(root, "cpus"));
    facts->cpus = cpus > 0 && cpus < 1 << 20 ? (int)cpus : 0;
    for (size_t i = 0; as_rated_at(i); i++)
        for (int scope = 0; scope < AS_SCOPE_COUNT; scope++)
            read_rates(root, as_rated_at(i), (as_scope)scope, facts);
    for (size_t i = 0; i < 4; i++)
        facts->read_gbs[i] = rate_or_nan(json_array_get(json_object_get(root, "read_gbs"), i));
    for (size_t i = 0; i < 3; i++) {
        json_int_t bytes = json_integer_value(json_array_get(json_object_get(root, "cache_bytes"), i));
        facts->cache_bytes[i] = bytes > 0 ? (uint64_t)bytes : 0;
    }
}

bool as_machine_json_read(const char *dir, json_t **root, as_err *err)
{
    const as_path path = as_path_join(dir, "machine.json");
    as_text text = {0};
    json_error_t where;
    *root = NULL;
    bool ok = true;
    if (as_file_exists(path.text) && (ok = as_file_read(path.text, (size_t)64 << 20, &text, err))) {
        *root = json_loadb(text.data ? text.data : "", text.length, 0, &where);
        if (!*root)
            ok = as_fail(err, AS_EXIT_USAGE, "%s:%d:%d: is not JSON: %s", path.text, where.line, where.column,
                         where.text);
        else if (!json_is_object(*root))
            ok = as_fail(err, AS_EXIT_USAGE, "%s:1:1: is not a JSON object", path.text);
    }
    if (!ok) {
        json_decref(*root);
        *root = NULL;
    }
    as_text_free(&text);
    return ok;
}

bool as_machine_facts_read(const char *dir, as_arena *arena, as_machine_facts *facts, as_err *err)
{
    json_t *root;
    *facts = (as_machine_facts){0};
    as_rates_clear(facts->rate);
    for (size_t i = 0; i < 4; i++)
        facts->read_gbs[i] = NAN;
    if (!as_machine_json_read(dir, &root, err))
        return false;
    if (root)
        read_facts(root, arena, facts);
    json_decref(root);
    return true;
}
