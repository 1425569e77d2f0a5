/* test_machine.c: facts read from a made-up /proc and /sys, the warnings that follow, roofs by their laws, JSON by key.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/build.h"
#include "harness/base/file.h"
#include "harness/machine/internal.h"

typedef struct {
    char root[64];
    as_arena *arena;
    as_machine m;
} world;

static void put(const world *w, const char *path, const char *content)
{
    char full[300], folder[300];
    snprintf(full, sizeof full, "%s%s", w->root, path);
    snprintf(folder, sizeof folder, "%s", full);
    *strrchr(folder, '/') = 0;
    as_err err = {0};
    assert_true(as_dir_create(folder, &err));
    assert_true(as_file_write(full, content, strlen(content), &err));
}

static int create(void **state)
{
    world *w = calloc(1, sizeof *w);
    strcpy(w->root, "/tmp/attnscope-machine-XXXXXX");
    if (!mkdtemp(w->root))
        return -1;
    w->arena = as_arena_create();
    *state = w;
    return 0;
}

static void remove_tree(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", path, (char *)NULL);
        _exit(127);
    }
    waitpid(child, NULL, 0);
}

static int destroy(void **state)
{
    world *w = *state;
    remove_tree(w->root);
    as_arena_free(w->arena);
    free(w);
    return 0;
}

/* A laptop with everything that disturbs. */
static void noisy(const world *w)
{
    put(w, "/proc/cpuinfo",
        "processor\t: 0\nvendor_id\t: MadeUp\nmodel name\t: Made Up 9000 @ 3GHz\nmicrocode\t: 0x42\n"
        "\nprocessor\t: 1\nmodel name\t: Another\n");
    put(w, "/etc/os-release", "NAME=\"X\"\nPRETTY_NAME=\"Test OS 1\"\n");
    put(w, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    put(w, "/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
    put(w, "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");
    put(w, "/sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n");
    put(w, "/proc/sys/kernel/perf_event_paranoid", "4\n");
    put(w, "/proc/sys/kernel/randomize_va_space", "0\n");
    put(w, "/proc/loadavg", "3.25 1.00 0.50 2/300 999\n");
    put(w, "/proc/pressure/cpu", "some avg10=12.50 avg60=1.00 avg300=0.10 total=1\nfull avg10=0.00 total=0\n");
    put(w, "/proc/meminfo", "MemTotal:       8000000 kB\nMemFree: 1 kB\nMemAvailable:   6000000 kB\n");
    put(w, "/proc/self/cgroup", "0::/user/slice\n");
    put(w, "/sys/fs/cgroup/user/cpu.max", "150000 100000\n");
    put(w, "/sys/fs/cgroup/user/slice/cpu.max", "max 100000\n");
    put(w, "/sys/fs/cgroup/user/slice/memory.max", "1000000000\n");
    put(w, "/sys/fs/cgroup/user/slice/memory.current", "700000000\n");
    put(w, "/sys/fs/cgroup/user/slice/memory.stat", "anon 1\nlazy_inactive_file 5\ninactive_file 200000000\n");
}

static void test_facts_are_read(void **state)
{
    world *w = *state;
    noisy(w);
    as_machine_read(&w->m, w->arena, w->root);
    assert_string_equal(w->m.cpu, "Made Up 9000 @ 3GHz");
    assert_string_equal(w->m.vendor, "MadeUp");
    assert_string_equal(w->m.microcode, "0x42");
    assert_string_equal(w->m.os, "Test OS 1");
    assert_string_equal(w->m.governor, "powersave");
    assert_string_equal(w->m.turbo, "on");
    assert_string_equal(w->m.clocksource, "hpet");
    assert_string_equal(w->m.thp, "always");
    assert_int_equal(w->m.perf_paranoid, 4);
    assert_int_equal(w->m.aslr, 0);
    assert_true(w->m.load1 == 3.25);
    assert_true(w->m.pressure == 12.5);
    assert_true(w->m.cgroup_cpus == 1.5);
    assert_int_equal(w->m.memory_total, 1000000000);
    assert_int_equal(w->m.memory_available, 500000000);
}

static void test_cgroup_v1_limits(void **state)
{
    world *w = *state;
    put(w, "/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n");
    put(w, "/proc/self/cgroup", "4:memory:/not/below/this/mount\n2:cpuset,cpu,cpuacct:/\n0::/\n");
    put(w, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n");
    put(w, "/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    put(w, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    as_machine_read(&w->m, w->arena, w->root);
    assert_true(w->m.cgroup_cpus == 0.5);
    assert_int_equal(w->m.memory_total, 8000000u * 1024ull);
    assert_int_equal(w->m.memory_available, 6000000u * 1024ull);
}

static void test_nothing_there(void **state)
{
    world *w = *state;
    as_machine_read(&w->m, w->arena, w->root);
    assert_null(w->m.cpu);
    assert_null(w->m.governor);
    assert_null(w->m.turbo);
    assert_null(w->m.thp);
    assert_int_equal(w->m.perf_paranoid, -9);
    assert_int_equal(w->m.aslr, -1);
    assert_true(w->m.load1 == -1 && w->m.pressure == -1 && w->m.cgroup_cpus == 0);
    as_machine_warn(&w->m, w->arena);
    as_text out = {0};
    assert_true(as_machine_json(&w->m, &out));
    as_machine_text(&w->m, &out);
    as_text_free(&out);
}

static const as_warning *warning(const as_machine *m, const char *word)
{
    for (size_t i = 0; i < m->warning_count; i++)
        if (strstr(m->warnings[i].cause, word))
            return &m->warnings[i];
    return NULL;
}

static void test_each_disturbance_is_named_with_its_remedy(void **state)
{
    static const char *const words[] = {
        "governor is powersave", "turbo", "2 hardware threads", "1.50 cpus",   "2 of 4 cpus", "3.25",         "12.5 %",
        "virtual machine (X)",   "hpet",  "paranoid",           "no hardware", "huge pages",  "randomisation"};
    world *w = *state;
    noisy(w);
    as_machine_read(&w->m, w->arena, w->root);
    w->m.smt = 2;
    w->m.cpus = 2;
    w->m.online = 4;
    w->m.hypervisor = "X";
    as_counter_probe probes[] = {{"cache", "PAPI_L1_DCM", false, "absent"}, {"software", "TASK-CLOCK", true, NULL}};
    w->m.probes = probes;
    w->m.probe_count = 2;
    as_machine_warn(&w->m, w->arena);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const as_warning *found = warning(&w->m, words[i]);
        if (!found)
            fail_msg("no warning says '%s'", words[i]);
        assert_true(*found->effect && *found->remedy);
        assert_null(strchr(found->cause, '\n'));
    }
}

static void test_a_quiet_machine_has_no_warnings(void **state)
{
    world *w = *state;
    put(w, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    put(w, "/sys/devices/system/cpu/cpufreq/boost", "0\n");
    put(w, "/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    put(w, "/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    put(w, "/proc/sys/kernel/perf_event_paranoid", "1\n");
    put(w, "/proc/sys/kernel/randomize_va_space", "2\n");
    put(w, "/proc/loadavg", "0.05 1.00 0.50 2/300 999\n");
    put(w, "/proc/pressure/cpu", "some avg10=0.10 avg60=1.00 avg300=0.10 total=1\n");
    as_machine_read(&w->m, w->arena, w->root);
    w->m.smt = w->m.cpus = w->m.online = 1;
    as_counter_probe probes[] = {{"instructions", "PAPI_TOT_INS", true, NULL}, {"cache", "PAPI_L1_DCM", false, "no"}};
    w->m.probes = probes;
    w->m.probe_count = 2;
    as_machine_warn(&w->m, w->arena);
    bool optimised = !strcmp(as_build_type, "Release");
    assert_int_equal(w->m.warning_count, optimised ? 0 : 1);
}

static void test_fingerprint_is_of_hardware_alone(void **state)
{
    world *w = *state;
    as_machine m, other;
    as_machine_describe(&m, w->arena);
    as_machine_describe(&other, w->arena);
    assert_int_equal(strlen(m.fingerprint), 16);
    assert_int_equal(strspn(m.fingerprint, "0123456789abcdef"), 16);
    assert_string_equal(m.fingerprint, other.fingerprint);
    other.load1 = 99;
    other.governor = "another";
    other.memory_available = 1;
    other.commit = "another";
    as_machine_fingerprint(&other);
    assert_string_equal(m.fingerprint, other.fingerprint);
    const char *cpu = other.cpu;
    other.cpu = "another";
    as_machine_fingerprint(&other);
    assert_string_not_equal(m.fingerprint, other.fingerprint);
    other.cpu = cpu;
    other.cache_bytes[2] += 1;
    as_machine_fingerprint(&other);
    assert_string_not_equal(m.fingerprint, other.fingerprint);
    other.cache_bytes[2] -= 1;
    other.isas ^= AS_ISA_BIT(AS_AVX2);
    as_machine_fingerprint(&other);
    assert_string_not_equal(m.fingerprint, other.fingerprint);
}

static void test_this_machine(void **state)
{
    world *w = *state;
    as_machine *m = &w->m;
    as_machine_describe(m, w->arena);
    assert_true(m->cpus >= 1 && m->cpus <= m->online);
    assert_true(m->cores >= 1 && m->cores <= m->online && m->sockets >= 1 && m->smt >= 1);
    assert_true(m->memory_available > 0 && m->memory_available <= m->memory_total);
    assert_true(m->isas & AS_ISA_BIT(AS_SCALAR));
    assert_non_null(m->kernel);
    assert_non_null(strstr(m->blas, "OpenBLAS"));
    assert_string_equal(m->version, as_build_version);
}

static volatile sig_atomic_t stop;

static void on_alarm(int signal)
{
    (void)signal;
    stop = 1;
}

/* No number is golden: rates are there for exactly the isas of this machine, and are neither zero nor beyond what any
 * machine does. Whether they are right is seen when kernels stay below them. */
static void test_roofs(void **state)
{
    world *w = *state;
    as_machine *m = &w->m;
    cpu_set_t before, after;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    as_machine_describe(m, w->arena);
    assert_true(as_machine_measure(m, 0.1, NULL));
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after)); /* the threads were pinned, and the caller with them */
    for (int isa = 0; isa < AS_ISA_COUNT; isa++) {
        bool runs = m->isas & AS_ISA_BIT(isa);
        const double *rate = m->rate[isa == AS_AMX ? AS_BF16 : AS_F32][isa]; /* AMX has no float32 product */
        assert_int_equal(runs, isfinite(rate[AS_ONE_CPU]) != 0);
        assert_true(isa != AS_AMX || isnan(m->rate[AS_F32][isa][AS_ONE_CPU]));
        assert_true(isa >= AS_AVX512 && isa <= AS_AMX ? true : isnan(m->rate[AS_BF16][isa][AS_ONE_CPU]));
        if (runs)
            assert_true(rate[AS_ONE_CPU] > 0.05 && rate[AS_ONE_CPU] < 10000);
        if (runs)
            assert_true(rate[AS_ALL_CPUS] > 0 && rate[AS_ALL_CPUS] < 10000.0 * m->cpus);
    }
    assert_true(m->read_gbs[0] > 0.05 && m->read_gbs[0] < 5000);
    const as_machine known = *m; /* what a measurement that is stopped on its way leaves */
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = 300000}, NULL);
    assert_false(as_machine_measure(m, 5, &stop));
    assert_memory_equal(m->rate, known.rate, sizeof known.rate);
    assert_memory_equal(m->read_gbs, known.read_gbs, sizeof known.read_gbs);
    assert_ptr_equal(m->roofs_date, known.roofs_date);
    m->isas = 0;
    as_rates_clear(m->rate);
    assert_true(as_machine_measure(m, 0.01, NULL));
    assert_true(isnan(m->rate[AS_F32][AS_SCALAR][AS_ONE_CPU]));
}

/* A PMU that has every event but those of caches, of which it says that they are not there. */
static bool start_fake(void *state, const char *const *events, size_t n, char *why, size_t cap)
{
    assert_int_equal(n, 1);
    *(const char **)state = events[0];
    if (!strstr(events[0], "CM"))
        return true;
    snprintf(why, cap, "not there");
    return false;
}

/* What the known work can have counted, but for one event that counts nothing. */
static bool stop_fake(void *state, long long *values, size_t n)
{
    static const struct {
        const char *part;
        long long value;
    } rows[] = {{"MIGRATIONS", 0}, {"SWITCHES", 2}, {"FAULTS", 64}, {"", 200000}};
    size_t row = 0;
    assert_int_equal(n, 1);
    while (!strstr(*(const char **)state, rows[row].part))
        row++;
    values[0] = rows[row].value;
    return true;
}

/* The groups are those of `run --counters`, and a zero is believed of no event. */
static void test_probes_say_works_or_why_not(void **state)
{
    world *w = *state;
    const char *running = NULL;
    const as_pmu pmu = {.source = "fake", .start = start_fake, .stop = stop_fake, .state = &running};
    as_err err = {0};
    size_t groups = 0;
    as_machine_describe(&w->m, w->arena);
    assert_true(as_machine_probe(&w->m, &pmu, w->arena, &err));
    for (const char *const *name = as_counter_group_names(w->arena); *name; name++, groups++) {
        as_counter_group group;
        size_t found = 0;
        assert_true(as_counter_group_read(*name, w->arena, &group, &err));
        for (size_t i = 0; i < w->m.probe_count; i++)
            found += !strcmp(w->m.probes[i].group, *name);
        assert_int_equal(found, group.count);
    }
    assert_true(groups > 3);
    for (size_t i = 0; i < w->m.probe_count; i++) {
        const as_counter_probe *p = &w->m.probes[i];
        const bool absent = strstr(p->event, "CM"), silent = strstr(p->event, "MIGRATIONS");
        assert_int_equal(p->works, !absent && !silent);
        assert_int_equal(p->works, p->reason == NULL);
        if (absent)
            assert_string_equal(p->reason, "not there");
        if (silent)
            assert_string_equal(p->reason, "counted 0 over a loop of known work");
    }
}

static void test_json_keys(void **state)
{
    static const char *const keys[] = {
        "fingerprint", "cpu",           "governor",       "turbo",        "compiler",
        "flags",       "commit",        "blas",           "roofs_date",   "cpus",
        "smt",         "perf_paranoid", "cgroup_cpus",    "memory_total", "cache_bytes",
        "isas",        "fma_gflops",    "fma_gflops_all", "bf16_gflops",  "bf16_gflops_all",
        "read_gbs",    "warnings",      "probes"};
    world *w = *state;
    as_machine_describe(&w->m, w->arena);
    w->m.cpu = "a \"quoted\" cpu";
    w->m.rate[AS_F32][AS_SCALAR][AS_ONE_CPU] = 12.25;
    as_text out = {0};
    assert_true(as_machine_json(&w->m, &out));
    json_t *root = json_loads(out.data, 0, NULL);
    assert_non_null(root);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_non_null(json_object_get(root, keys[i]));
    assert_string_equal(json_string_value(json_object_get(root, "cpu")), w->m.cpu);
    assert_true(json_real_value(json_object_get(json_object_get(root, "fma_gflops"), "scalar")) == 12.25);
    assert_true(json_is_null(json_object_get(json_object_get(root, "fma_gflops"), "amx")));
    assert_int_equal(json_array_size(json_object_get(root, "read_gbs")), 4);
    assert_true(json_is_null(json_array_get(json_object_get(root, "read_gbs"), 3)));
    assert_int_equal(json_array_size(json_object_get(root, "warnings")), w->m.warning_count);
    json_decref(root);
    as_text_free(&out);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, create, destroy)
    const struct CMUnitTest tests[] = {
        T(test_facts_are_read),
        T(test_cgroup_v1_limits),
        T(test_nothing_there),
        T(test_each_disturbance_is_named_with_its_remedy),
        T(test_a_quiet_machine_has_no_warnings),
        T(test_fingerprint_is_of_hardware_alone),
        T(test_this_machine),
        T(test_roofs),
        T(test_probes_say_works_or_why_not),
        T(test_json_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
