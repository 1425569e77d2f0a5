/* read.c: the facts that Linux keeps in small files: CPU name, governor, clock, limits, load, pressure. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file's first 64 KiB as a text without its last newline, or NULL: enough for the first CPU of /proc/cpuinfo, and
 * for the whole of every other file. The files of /proc have no size, so read until they end. */
static const char *read_text(as_arena *arena, const char *root, const char *path)
{
    char full[PATH_MAX];
    if (snprintf(full, sizeof full, "%s%s", root, path) >= (int)sizeof full)
        return NULL;
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    char data[1 << 16];
    size_t length = 0;
    ssize_t got;
    while (length < sizeof data && (got = read(fd, data + length, sizeof data - length)) > 0)
        length += (size_t)got;
    close(fd);
    while (length && (data[length - 1] == '\n' || data[length - 1] == ' '))
        length--;
    return length ? as_arena_intern_n(arena, data, length) : NULL;
}

static bool read_int(as_arena *arena, const char *root, const char *path, int *out)
{
    const char *text = read_text(arena, root, path);
    char *end;
    long value = text ? strtol(text, &end, 10) : 0;
    if (!text || end == text)
        return false;
    *out = (int)value;
    return true;
}

/* The value of the first line "key<spaces>:<spaces>value" (or key=value), NULL when there is none. */
static const char *field_of(as_arena *arena, const char *text, const char *key, char separator)
{
    size_t length = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        if (strncmp(line, key, length) != 0)
            continue;
        const char *at = line + length + strspn(line + length, " \t");
        if (*at != separator)
            continue;
        at += 1 + strspn(at + 1, " \t\"");
        size_t n = strcspn(at, "\n\"");
        while (n && at[n - 1] == ' ')
            n--;
        return n ? as_arena_intern_n(arena, at, n) : NULL;
    }
    return NULL;
}

static void read_cpu(as_machine *m, as_arena *arena, const char *root)
{
    const char *text = read_text(arena, root, "/proc/cpuinfo");
    m->cpu = field_of(arena, text, "model name", ':');
    m->vendor = field_of(arena, text, "vendor_id", ':');
    m->microcode = field_of(arena, text, "microcode", ':');
    const char *implementer = field_of(arena, text, "CPU implementer", ':'),
               *part = field_of(arena, text, "CPU part", ':');
    if (!m->cpu && implementer && part)
        m->cpu = as_arena_printf(arena, "ARM implementer %s part %s", implementer, part);
}

static void read_system(as_machine *m, as_arena *arena, const char *root)
{
    m->os = field_of(arena, read_text(arena, root, "/etc/os-release"), "PRETTY_NAME", '=');
    m->hypervisor = read_text(arena, root, "/sys/hypervisor/type");
    m->governor = read_text(arena, root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    m->clocksource = read_text(arena, root, "/sys/devices/system/clocksource/clocksource0/current_clocksource");
    int value;
    if (read_int(arena, root, "/sys/devices/system/cpu/intel_pstate/no_turbo", &value))
        m->turbo = value ? "off" : "on";
    else if (read_int(arena, root, "/sys/devices/system/cpu/cpufreq/boost", &value))
        m->turbo = value ? "on" : "off";
    if (!read_int(arena, root, "/proc/sys/kernel/perf_event_paranoid", &m->perf_paranoid))
        m->perf_paranoid = -9;
    if (!read_int(arena, root, "/proc/sys/kernel/randomize_va_space", &m->aslr))
        m->aslr = -1;
    /* "always [madvise] never": the word in brackets holds. */
    const char *thp = read_text(arena, root, "/sys/kernel/mm/transparent_hugepage/enabled");
    const char *open = thp ? strchr(thp, '[') : NULL;
    if (open)
        m->thp = as_arena_intern_n(arena, open + 1, strcspn(open + 1, "]"));
}

static void read_load(as_machine *m, as_arena *arena, const char *root)
{
    const char *load = read_text(arena, root, "/proc/loadavg");
    m->load1 = load ? strtod(load, NULL) : -1;
    const char *pressure = read_text(arena, root, "/proc/pressure/cpu");
    const char *average = pressure ? strstr(pressure, "avg10=") : NULL;
    m->pressure = average ? strtod(average + 6, NULL) : -1;
}

/* This process's path within a cgroup hierarchy: the line "N:names:/path" of /proc/self/cgroup; v2 has no names. */
static const char *cgroup_path(as_arena *arena, const char *text, const char *controller)
{
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        const char *names = strchr(line, ':');
        const char *path = names ? strchr(names + 1, ':') : NULL;
        if (!path)
            continue;
        const char *listed = as_arena_printf(arena, ",%.*s,", (int)(path - names - 1), names + 1);
        const char *wanted = *controller ? as_arena_printf(arena, ",%s,", controller) : ",,";
        if (*controller ? strstr(listed, wanted) != NULL : strcmp(listed, wanted) == 0)
            return as_arena_intern_n(arena, path + 1, strcspn(path + 1, "\n"));
    }
    return NULL;
}

typedef void limit_reader(as_machine *m, as_arena *arena, const char *root, const char *folder);

/* A limit may be set on any folder between this process's cgroup and the top; within a container the path may not exist
 * below the mount, and only the top is seen. */
static void walk_cgroup(as_machine *m, as_arena *arena, const char *root, const char *mount, const char *path,
                        limit_reader *reader)
{
    char folder[PATH_MAX];
    if (!path || snprintf(folder, sizeof folder, "%s%s", mount, path) >= (int)sizeof folder)
        return;
    size_t top = strlen(mount);
    for (;;) {
        reader(m, arena, root, folder);
        char *slash = strrchr(folder, '/');
        if (!slash || (size_t)(slash - folder) < top)
            return;
        *slash = 0;
    }
}

static void lower_cpus(as_machine *m, double quota, double period)
{
    if (quota > 0 && period > 0 && (m->cgroup_cpus == 0 || quota / period < m->cgroup_cpus))
        m->cgroup_cpus = quota / period;
}

/* `reclaimable`: file pages that the kernel drops when memory is asked for. */
static void lower_memory(as_machine *m, uint64_t limit, uint64_t used, uint64_t reclaimable)
{
    used = used > reclaimable ? used - reclaimable : 0;
    if (limit < m->memory_total)
        m->memory_total = limit;
    uint64_t left = limit > used ? limit - used : 0;
    if (left < m->memory_available)
        m->memory_available = left;
}

static const char *in_folder(as_arena *arena, const char *root, const char *folder, const char *file)
{
    return read_text(arena, root, as_arena_printf(arena, "%s/%s", folder, file));
}

static uint64_t number_of(const char *text) { return text ? strtoull(text, NULL, 10) : 0; }

/* The number on the line "key number" of a cgroup's memory.stat. */
static uint64_t statistic(const char *text, const char *key)
{
    for (const char *at = text ? strstr(text, key) : NULL; at; at = strstr(at + 1, key))
        if ((at == text || at[-1] == '\n') && at[strlen(key)] == ' ')
            return number_of(at + strlen(key));
    return 0;
}

static void limits_v2(as_machine *m, as_arena *arena, const char *root, const char *folder)
{
    double quota, period;
    const char *cpu = in_folder(arena, root, folder, "cpu.max");
    if (cpu && sscanf(cpu, "%lf %lf", &quota, &period) == 2)
        lower_cpus(m, quota, period);
    const char *memory = in_folder(arena, root, folder, "memory.max");
    if (memory && *memory >= '0' && *memory <= '9')
        lower_memory(m, number_of(memory), number_of(in_folder(arena, root, folder, "memory.current")),
                     statistic(in_folder(arena, root, folder, "memory.stat"), "inactive_file"));
}

static void limits_v1_cpu(as_machine *m, as_arena *arena, const char *root, const char *folder)
{
    const char *quota = in_folder(arena, root, folder, "cpu.cfs_quota_us");
    const char *period = in_folder(arena, root, folder, "cpu.cfs_period_us");
    if (quota && period)
        lower_cpus(m, strtod(quota, NULL), strtod(period, NULL));
}

static void limits_v1_memory(as_machine *m, as_arena *arena, const char *root, const char *folder)
{
    const char *limit = in_folder(arena, root, folder, "memory.limit_in_bytes");
    if (limit)
        lower_memory(m, number_of(limit), number_of(in_folder(arena, root, folder, "memory.usage_in_bytes")),
                     statistic(in_folder(arena, root, folder, "memory.stat"), "total_inactive_file"));
}

static void read_limits(as_machine *m, as_arena *arena, const char *root)
{
    static const struct {
        const char *controller, *mount;
        limit_reader *reader;
    } hierarchies[] = {
        {"", "/sys/fs/cgroup", limits_v2},
        {"cpu", "/sys/fs/cgroup/cpu", limits_v1_cpu},
        {"memory", "/sys/fs/cgroup/memory", limits_v1_memory},
    };
    const char *memory = read_text(arena, root, "/proc/meminfo");
    m->memory_total = number_of(field_of(arena, memory, "MemTotal", ':')) * 1024;
    m->memory_available = number_of(field_of(arena, memory, "MemAvailable", ':')) * 1024;
    const char *own = read_text(arena, root, "/proc/self/cgroup");
    for (size_t i = 0; i < sizeof hierarchies / sizeof *hierarchies; i++)
        walk_cgroup(m, arena, root, hierarchies[i].mount, cgroup_path(arena, own, hierarchies[i].controller),
                    hierarchies[i].reader);
}

void as_machine_read(as_machine *m, as_arena *arena, const char *root)
{
    read_cpu(m, arena, root);
    read_system(m, arena, root);
    read_load(m, arena, root);
    read_limits(m, arena, root);
}
