/* errors.c: reads each file as JSON, else as CSV.
 * SPDX-License-Identifier: Apache-2.0 */
#include "errors.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

static bool add_error(as_choose_error *e, const char *path, as_choose_ask *ask, as_choose_error **all, size_t *cap,
                      as_arena *arena, as_err *err)
{
    if (!e->kernel || !e->pattern || isnan(e->error))
        return as_fail(err, AS_EXIT_USAGE,
                       "--errors-from %s: a result without kernel, pattern or dense_error_max: give what "
                       "`attnscope apply --format csv` printed",
                       path);
    *all = as_arena_grow(arena, *all, cap, ask->error_count, sizeof **all);
    (*all)[ask->error_count++] = *e;
    ask->errors = *all;
    return true;
}

static bool add_json(const json_t *object, const char *path, as_choose_ask *ask, as_choose_error **all, size_t *cap,
                     as_arena *arena, as_err *err)
{
    const char *kernel = json_string_value(json_object_get(object, "kernel"));
    const char *pattern = json_string_value(json_object_get(object, "pattern"));
    const json_t *error = json_object_get(object, "dense_error_max");
    as_choose_error e = {kernel ? as_arena_intern(arena, kernel) : NULL,
                         pattern ? as_arena_intern(arena, pattern) : NULL,
                         json_is_number(error) ? json_number_value(error) : NAN};
    return add_error(&e, path, ask, all, cap, arena, err);
}

static bool add_csv(const char *path, as_choose_ask *ask, as_choose_error **all, size_t *cap, as_arena *arena,
                    as_err *err)
{
    const char *slash = strrchr(path, '/');
    as_schema schema = as_applied_schema;
    void *records = NULL;
    size_t count = 0;
    schema.file = slash ? slash + 1 : path;
    const char *dir = slash ? as_arena_intern_n(arena, path, (size_t)(slash - path) + (slash == path)) : ".";
    if (!as_table_read(&schema, dir, arena, &records, &count, err))
        return false;
    bool ok = count || as_fail(err, AS_EXIT_USAGE, "--errors-from %s: no row in it", path);
    for (size_t i = 0; i < count && ok; i++) {
        const as_applied *a = (const as_applied *)records + i;
        as_choose_error e = {a->kernel, a->pattern, a->dense_error_max};
        ok = add_error(&e, path, ask, all, cap, arena, err);
    }
    return ok;
}

bool as_choose_errors_read(const char *const *paths, as_arena *arena, as_choose_ask *ask, as_err *err)
{
    as_choose_error *all = NULL;
    size_t cap = 0;
    for (; *paths; paths++) {
        json_t *object = json_load_file(*paths, 0, NULL);
        const bool ok = json_is_object(object) ? add_json(object, *paths, ask, &all, &cap, arena, err)
                                               : add_csv(*paths, ask, &all, &cap, arena, err);
        json_decref(object);
        if (!ok)
            return false;
    }
    return true;
}
