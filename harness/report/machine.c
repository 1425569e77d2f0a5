/* machine.c: machine.json on the page: a line of it and the warnings at the top, the rest in a section of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "parts.h"

static const char *word(const json_t *m, const char *key) { return json_string_value(json_object_get(m, key)); }

static void add_value(as_text *out, const json_t *value)
{
    if (json_is_string(value))
        as_html_text(out, json_string_value(value));
    else if (json_is_number(value))
        as_text_add(out, "%.10g", json_number_value(value));
    else if (json_is_boolean(value))
        as_text_add(out, "%s", json_is_true(value) ? "yes" : "no");
    for (size_t i = 0; i < json_array_size(value); i++) {
        as_text_add(out, "%s", i ? ", " : "");
        add_value(out, json_array_get(value, i));
    }
}

static void add_bytes(as_text *out, const json_t *value)
{
    char text[32];
    if (json_is_number(value))
        as_text_add(out, "%s", as_format_bytes(text, json_number_value(value)));
    for (size_t i = 0; i < json_array_size(value); i++) {
        as_text_add(out, "%s", i ? ", " : "");
        add_bytes(out, json_array_get(value, i));
    }
}

void as_report_machine_line(const as_report *r, as_text *out)
{
    const char *cpu = word(r->machine, "cpu"), *version = word(r->machine, "version"),
               *commit = word(r->machine, "commit");
    const json_t *cores = json_object_get(r->machine, "cores"), *memory = json_object_get(r->machine, "memory_total");
    as_text_add(out, "<p class=\"meta\">");
    as_html_text(out, cpu ? cpu : "unknown machine");
    if (json_is_integer(cores))
        as_text_add(out, ", %lld core%s", json_integer_value(cores), json_integer_value(cores) == 1 ? "" : "s");
    if (json_is_number(memory)) {
        as_text_add(out, ", ");
        add_bytes(out, memory);
    }
    as_text_add(out, " · ");
    as_html_text(out, r->in.name);
    as_text_add(out, version ? " · attnscope " : "");
    as_html_text(out, version);
    as_text_add(out, version && commit ? " (" : "");
    as_html_text(out, version ? commit : NULL);
    as_text_add(out, version && commit ? ")</p>\n" : "</p>\n");
}

static void add_warnings(const json_t *machine, const char *label, as_text *out)
{
    const json_t *warnings = json_object_get(machine, "warnings");
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const json_t *w = json_array_get(warnings, i);
        const char *remedy = word(w, "remedy");
        as_text_add(out, "<li>");
        as_html_text(out, label);
        as_text_add(out, "%s<strong>", label ? ": " : "");
        as_html_text(out, word(w, "cause"));
        as_text_add(out, "</strong>: ");
        as_html_text(out, word(w, "effect"));
        as_text_add(out, remedy ? ". Remedy: " : "");
        as_html_text(out, remedy);
        as_text_add(out, ".</li>\n");
    }
}

/* A folder merged from machines of several kinds has each of them under `machines`. */
void as_report_warnings(const as_report *r, as_text *out)
{
    as_text items = {0};
    const json_t *machines = json_object_get(r->machine, "machines");
    add_warnings(r->machine, NULL, &items);
    for (size_t i = 0; i < json_array_size(machines); i++)
        add_warnings(json_array_get(machines, i), word(json_array_get(machines, i), "label"), &items);
    if (items.length)
        as_text_add(out, "<ul class=\"warnings\">\n%s</ul>\n", items.data);
    as_text_free(&items);
}

/* --- the section ------------------------------------------------------------------------------------------------- */

static void add_facts(const json_t *m, as_text *out)
{
    static const struct {
        const char *key, *title;
        bool bytes;
    } facts[] = {
        {"date", "Measured", false},
        {"roofs_date", "Roofs measured", false},
        {"cpu", "CPU", false},
        {"os", "System", false},
        {"kernel", "Kernel", false},
        {"hypervisor", "Hypervisor", false},
        {"sockets", "Sockets", false},
        {"cores", "Cores", false},
        {"online", "CPUs online", false},
        {"cgroup_cpus", "CPUs allowed by the cgroup", false},
        {"cache_bytes", "L1, L2, L3", true},
        {"memory_total", "Memory", true},
        {"memory_available", "Memory available", true},
        {"governor", "Frequency governor", false},
        {"turbo", "Turbo", false},
        {"thp", "Transparent huge pages", false},
        {"clocksource", "Clock", false},
        {"microcode", "Microcode", false},
        {"isas", "Instruction sets", false},
        {"load1", "Load at the start", false},
        {"compiler", "Compiler", false},
        {"flags", "Flags", false},
        {"blas", "BLAS", false},
        {"libraries", "Libraries", false},
        {"version", "attnscope", false},
        {"commit", "Commit", false},
        {"fingerprint", "Fingerprint", false},
    };
    as_text_add(out, "<dl>\n");
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const json_t *value = json_object_get(m, facts[i].key);
        if (!value || json_is_null(value))
            continue;
        as_text_add(out, "<dt>%s</dt><dd>", facts[i].title);
        (facts[i].bytes ? add_bytes : add_value)(out, value);
        as_text_add(out, "</dd>\n");
    }
    as_text_add(out, "</dl>\n");
}

static void add_number(as_text *out, const json_t *value)
{
    as_text_add(out, json_is_number(value) ? "<td class=\"n\">%.4g</td>" : "<td class=\"n\"></td>",
                json_number_value(value));
}

/* A row for each instruction set that has a rate under `one`. */
static void add_rates(const json_t *m, const char *one, const char *all, const char *dtype, as_text *out)
{
    const json_t *value;
    const char *isa;
    json_object_foreach((json_t *)(uintptr_t)json_object_get(m, one), isa, value)
    {
        if (!json_is_number(value))
            continue;
        as_text_add(out, "<tr><td>");
        as_html_text(out, isa);
        as_text_add(out, "</td><td>%s</td>", dtype);
        add_number(out, value);
        add_number(out, json_object_get(json_object_get(m, all), isa));
        as_text_add(out, "</tr>\n");
    }
}

static void add_roofs(const json_t *m, as_text *out)
{
    static const char *const levels[] = {"L1", "L2", "L3", "memory"};
    const json_t *read = json_object_get(m, "read_gbs");
    if (!json_is_object(json_object_get(m, "fma_gflops")))
        return;
    as_text_add(
        out,
        "<h3>Measured roofs</h3>\n<div class=\"box\" tabindex=\"0\"><table>\n<thead><tr><th>isa</th><th>dtype</th>"
        "<th class=\"n\">1 thread<small>GFLOP/s</small></th><th class=\"n\">all CPUs<small>GFLOP/s</small></th></tr>"
        "</thead>\n<tbody>\n");
    add_rates(m, "fma_gflops", "fma_gflops_all", "f32", out);
    add_rates(m, "bf16_gflops", "bf16_gflops_all", "bf16", out);
    as_text_add(out, "</tbody></table></div>\n<p>One thread reads ");
    for (size_t i = 0, said = 0; i < 4; i++)
        if (json_is_number(json_array_get(read, i)))
            as_text_add(out, "%s%.4g GB/s from %s", said++ ? ", " : "", json_number_value(json_array_get(read, i)),
                        levels[i]);
    as_text_add(out, ".</p>\n");
}

void as_report_machine(const as_report *r, as_text *out)
{
    const json_t *machines = json_object_get(r->machine, "machines");
    if (!r->machine)
        return;
    as_text_add(out, "<section id=\"machine\">\n<h2>Machine</h2>\n");
    if (!json_array_size(machines)) {
        add_facts(r->machine, out);
        add_roofs(r->machine, out);
    }
    for (size_t i = 0; i < json_array_size(machines); i++) {
        as_text_add(out, "<h3>");
        as_html_text(out, word(json_array_get(machines, i), "label"));
        as_text_add(out, "</h3>\n");
        add_facts(json_array_get(machines, i), out);
        add_roofs(json_array_get(machines, i), out);
    }
    as_text_add(out, "</section>\n");
}
