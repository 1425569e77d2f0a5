/* json.c: the machine as machine.json, its keys named as the fields of as_machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* A text that is not UTF-8 (jansson refuses it) is as good as unknown. */
static json_t *text_or_null(const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    return value ? value : json_null();
}

/* Four significant digits and a bit: what a rate is worth. */
static json_t *real_or_null(double value)
{
    return isfinite(value) ? json_real(round(value * 1e4) / 1e4) : json_null();
}

/* Only what the system gave: negative numbers stand for unknown in load and pressure. */
static json_t *known_or_null(double value) { return value < 0 ? json_null() : real_or_null(value); }

static void set_rates(json_t *root, const as_machine *m, const as_rated *rated, as_scope scope)
{
    json_t *object = json_object();
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        json_object_set_new(object, as_isa_name((as_isa)isa), real_or_null(m->rate[rated->dtype][isa][scope]));
    json_object_set_new(root, rated->key[scope], object);
}

static void set_texts(json_t *root, const as_machine *m)
{
    const struct {
        const char *key, *value;
    } rows[] = {
        {"fingerprint", m->fingerprint},
        {"cpu", m->cpu},
        {"vendor", m->vendor},
        {"os", m->os},
        {"kernel", m->kernel},
        {"hypervisor", m->hypervisor},
        {"governor", m->governor},
        {"turbo", m->turbo},
        {"clocksource", m->clocksource},
        {"microcode", m->microcode},
        {"thp", m->thp},
        {"compiler", m->compiler},
        {"flags", m->flags},
        {"commit", m->commit},
        {"version", m->version},
        {"blas", m->blas},
        {"libraries", m->libraries},
        {"date", m->date},
        {"roofs_date", m->roofs_date},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        json_object_set_new(root, rows[i].key, text_or_null(rows[i].value));
}

static void set_numbers(json_t *root, const as_machine *m)
{
    json_object_set_new(root, "cpus", json_integer(m->cpus));
    json_object_set_new(root, "online", json_integer(m->online));
    json_object_set_new(root, "cores", json_integer(m->cores));
    json_object_set_new(root, "sockets", json_integer(m->sockets));
    json_object_set_new(root, "smt", json_integer(m->smt));
    json_object_set_new(root, "perf_paranoid", m->perf_paranoid == -9 ? json_null() : json_integer(m->perf_paranoid));
    json_object_set_new(root, "aslr", m->aslr < 0 ? json_null() : json_integer(m->aslr));
    json_object_set_new(root, "cgroup_cpus", m->cgroup_cpus > 0 ? real_or_null(m->cgroup_cpus) : json_null());
    json_object_set_new(root, "load1", known_or_null(m->load1));
    json_object_set_new(root, "pressure", known_or_null(m->pressure));
    json_object_set_new(root, "memory_total", json_integer((json_int_t)m->memory_total));
    json_object_set_new(root, "memory_available", json_integer((json_int_t)m->memory_available));
}

static void set_roofs(json_t *root, const as_machine *m)
{
    json_t *caches = json_array(), *isas = json_array(), *reads = json_array();
    for (int level = 0; level < 3; level++)
        json_array_append_new(caches,
                              m->cache_bytes[level] ? json_integer((json_int_t)m->cache_bytes[level]) : json_null());
    for (int isa = 0; isa < AS_ISA_COUNT; isa++)
        if (m->isas & AS_ISA_BIT(isa))
            json_array_append_new(isas, json_string(as_isa_name((as_isa)isa)));
    for (int level = 0; level < 4; level++)
        json_array_append_new(reads, real_or_null(m->read_gbs[level]));
    json_object_set_new(root, "cache_bytes", caches);
    json_object_set_new(root, "isas", isas);
    for (size_t i = 0; as_rated_at(i); i++)
        for (int scope = 0; scope < AS_SCOPE_COUNT; scope++)
            set_rates(root, m, as_rated_at(i), (as_scope)scope);
    json_object_set_new(root, "read_gbs", reads);
}

static void set_lists(json_t *root, const as_machine *m)
{
    json_t *warnings = json_array(), *probes = json_array();
    for (size_t i = 0; i < m->warning_count; i++) {
        const as_warning *w = &m->warnings[i];
        json_t *row = json_object();
        json_object_set_new(row, "cause", text_or_null(w->cause));
        json_object_set_new(row, "effect", text_or_null(w->effect));
        json_object_set_new(row, "remedy", text_or_null(w->remedy));
        json_array_append_new(warnings, row);
    }
    for (size_t i = 0; i < m->probe_count; i++) {
        const as_counter_probe *p = &m->probes[i];
        json_t *row = json_object();
        json_object_set_new(row, "group", text_or_null(p->group));
        json_object_set_new(row, "event", text_or_null(p->event));
        json_object_set_new(row, "works", json_boolean(p->works));
        json_object_set_new(row, "reason", text_or_null(p->reason));
        json_array_append_new(probes, row);
    }
    json_object_set_new(root, "warnings", warnings);
    json_object_set_new(root, "probes", probes);
}

bool as_machine_json(const as_machine *m, as_text *out)
{
    json_t *root = json_object();
    set_texts(root, m);
    set_numbers(root, m);
    set_roofs(root, m);
    set_lists(root, m);
    char *dump = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(10));
    json_decref(root);
    if (!dump)
        return false;
    as_text_add(out, "%s\n", dump);
    free(dump);
    return true;
}
