/* text.c: the machine as a page for people: what it is, its roofs, its counters, what will disturb a measurement. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <math.h>
#include <stdio.h>

#define CELL 48

static void add_fact(as_text *out, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    as_text_add(out, "  %-12s ", name);
    for (const char *c = value; *c; c++)
        as_text_append(out, (unsigned char)*c < 0x20 || *c == 0x7f ? "?" : c, 1);
    as_text_append(out, "\n", 1);
}

static void add_facts(const as_machine *m, as_text *out)
{
    char line[400], a[32], b[32], c[32], isas[100] = "";
    as_text_add(out, "machine %s\n", m->fingerprint);
    add_fact(out, "cpu", m->cpu);
    int at = snprintf(line, sizeof line, "%d (%d cores, %d sockets, %d threads per core)", m->cpus, m->cores,
                      m->sockets, m->smt);
    if (m->cgroup_cpus > 0)
        snprintf(line + at, sizeof line - (size_t)at, ", limited to %.2f", m->cgroup_cpus);
    add_fact(out, "cpus", line);
    for (int isa = 0, used = 0; isa < AS_ISA_COUNT; isa++)
        if (m->isas & AS_ISA_BIT(isa))
            used +=
                snprintf(isas + used, sizeof isas - (size_t)used, "%s%s", used ? ", " : "", as_isa_name((as_isa)isa));
    add_fact(out, "isas", isas);
    snprintf(line, sizeof line, "L1d %s, L2 %s, L3 %s",
             m->cache_bytes[0] ? as_format_bytes(a, (double)m->cache_bytes[0]) : "unknown",
             m->cache_bytes[1] ? as_format_bytes(b, (double)m->cache_bytes[1]) : "unknown",
             m->cache_bytes[2] ? as_format_bytes(c, (double)m->cache_bytes[2]) : "unknown");
    add_fact(out, "caches", line);
    snprintf(line, sizeof line, "%s, %s available", as_format_bytes(a, (double)m->memory_total),
             as_format_bytes(b, (double)m->memory_available));
    add_fact(out, "memory", line);
    add_fact(out, "microcode", m->microcode);
    add_fact(out, "hypervisor", m->hypervisor);
    add_fact(out, "governor", m->governor);
    add_fact(out, "turbo", m->turbo);
    add_fact(out, "clock", m->clocksource);
    add_fact(out, "system", m->os);
    add_fact(out, "kernel", m->kernel);
    add_fact(out, "blas", m->blas);
    add_fact(out, "libraries", m->libraries);
    add_fact(out, "program", m->version);
    add_fact(out, "commit", m->commit);
    add_fact(out, "compiler", m->compiler);
    add_fact(out, "flags", m->flags);
}

static const char *format_rate(char cell[CELL], double value)
{
    if (isfinite(value))
        snprintf(cell, CELL, "%.1f", value);
    else
        snprintf(cell, CELL, "-");
    return cell;
}

/* A row for each isa that has a rate. */
static void add_compute_roofs(const as_machine *m, const as_rated *rated, as_text *out)
{
    char text[AS_ISA_COUNT][2][CELL];
    const char *cells[3 * (AS_ISA_COUNT + 1)] = {rated->what, "one cpu GFLOP/s", "all cpus GFLOP/s"};
    size_t rows = 1;
    for (int isa = 0; isa < AS_ISA_COUNT; isa++) {
        const double *rates = m->rate[rated->dtype][isa];
        if (!isfinite(rates[AS_ONE_CPU]))
            continue;
        cells[3 * rows] = as_isa_name((as_isa)isa);
        cells[3 * rows + 1] = format_rate(text[isa][0], rates[AS_ONE_CPU]);
        cells[3 * rows + 2] = format_rate(text[isa][1], rates[AS_ALL_CPUS]);
        rows++;
    }
    if (rows == 1)
        return;
    as_text_add(out, "\n");
    as_print_rows(out, cells, rows, 3);
}

static void add_read_roofs(const as_machine *m, as_text *out)
{
    static const char *const names[] = {"L1", "L2", "L3", "memory"};
    char text[4][CELL];
    const char *cells[2 * 5] = {"reading from", "one cpu GB/s"};
    for (size_t level = 0; level < 4; level++) {
        cells[2 * level + 2] = names[level];
        cells[2 * level + 3] = format_rate(text[level], m->read_gbs[level]);
    }
    as_text_add(out, "\n");
    as_print_rows(out, cells, 5, 2);
}

static void add_counters(const as_machine *m, as_text *out)
{
    as_text_add(out, "\ncounters\n");
    for (size_t i = 0; i < m->probe_count; i++) {
        const as_counter_probe *p = &m->probes[i];
        as_text_add(out, "  %-13s %-28s %s%s\n", p->group, p->event,
                    p->works ? "works" : "no: ", p->works ? "" : p->reason);
    }
}

static void add_warnings(const as_machine *m, as_text *out)
{
    as_text_add(out, "\nwhat will disturb a measurement%s\n", m->warning_count ? "" : ": nothing that shows");
    for (size_t i = 0; i < m->warning_count; i++) {
        const as_warning *w = &m->warnings[i];
        as_text_add(out, "- %s: %s; %s\n", w->cause, w->effect, w->remedy);
    }
}

void as_machine_text(const as_machine *m, as_text *out)
{
    add_facts(m, out);
    as_text_add(out, "\nroofs, measured\n");
    for (size_t i = 0; as_rated_at(i); i++)
        add_compute_roofs(m, as_rated_at(i), out);
    add_read_roofs(m, out);
    if (m->probe_count)
        add_counters(m, out);
    add_warnings(m, out);
}
