/* Notes every wait for, take and drop of the GIL, from inside the interpreter that is looked at.
 *
 * Loaded before the C library (LD_PRELOAD), it stands before the functions on condition variables. CPython
 * signals two of them for each GIL: `cond` when a thread drops the lock, `switch_cond` when a thread has
 * taken it; a thread that finds the lock taken waits on `cond` with a timeout (Python/ceval_gil.c, 3.2 to
 * 3.14). All other condition variables pass through untouched.
 *
 * Events go to a file that is mapped into memory, so what was noted survives a crash and a SIGKILL. Space is
 * claimed before it is used: a full disk ends the recording, not the program. No descriptor stays open, since
 * programs close what they don't know. Linux alone: elsewhere there is neither LD_PRELOAD nor /proc.
 *
 * The file is a row of chunks of 64 words of 8 bytes. The first word of a chunk is the thread's id; an event is
 * one word (ticks since the start << 16 | interpreter << 8 | kind), and if its kind has the bit READING, three
 * more: CLOCK_MONOTONIC, the thread's CPU time, its run delay, all in ns, -1 where unknown. A word of 0 was
 * never written. Ticks are the processor's where the kernel itself trusts them as a clock, else ns. The first
 * chunk has no thread: it says how many ticks make how many ns, roughly, the ns of the start, and whether room
 * ran out.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

enum { START = 1, WAIT, TAKE, DROP, EXIT, END, READING = 0x80 };

/* Reading a thread's CPU time and run delay takes some 10 us, an event without them 0.02: so at most one
 * reading in this time. A stretch that lasts longer always ends with one. */
#define READ_EVERY_NS 500000
#define CHUNK_WORDS 64
#define EVENT_WORDS 4 /* of one with a reading */
#define SEGMENT_BYTES (1 << 20)
#define SEGMENT_CHUNKS (SEGMENT_BYTES / 8 / CHUNK_WORDS)
#define SEGMENTS 8 /* a million events: more than a reader in Python wants to see */
#define GILS 256
#define BILLION 1000000000LL

struct gil {
    pthread_cond_t *cond, *switch_cond;
    unsigned id;
};

static int (*real_signal)(pthread_cond_t *);
static int (*real_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

static atomic_int on;
static atomic_int gils_known;
static struct gil gils[GILS];
static _Atomic uint64_t next_chunk;
static _Atomic(uint64_t *) segments[SEGMENTS];
static atomic_int full;
static char path[4096];
static pthread_mutex_t growing = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t at_exit;
static int processor_ticks;
static uint64_t first_tick, read_every;
static uint64_t *header;
static unsigned recording; /* counts the starts: a thread's place in an old record is none in the new one */

static __thread __attribute__((tls_model("initial-exec"))) struct {
    uint64_t *next, *end; /* where its next event goes */
    uint64_t read_tick;
    unsigned recording, gil;
    int32_t thread;
    int waiting, farewells;
} me;

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    if (clock_gettime(clock, &now)) return -1;
    return now.tv_sec * BILLION + now.tv_nsec;
}

static inline uint64_t tick(void)
{
#ifdef __x86_64__
    if (processor_ticks) return __rdtsc();
#endif
    return (uint64_t)clock_ns(CLOCK_MONOTONIC);
}

static ssize_t contents(const char *file, char *text, size_t size)
{
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    ssize_t length = read(descriptor, text, size - 1);
    close(descriptor);
    text[length > 0 ? length : 0] = 0;
    return length;
}

/* The second figure of a schedstat file: time spent waiting for a CPU. */
static int64_t run_delay_ns(const char *file)
{
    char text[96];
    long long on_cpu, delay;
    if (contents(file, text, sizeof text) <= 0 || sscanf(text, "%lld %lld", &on_cpu, &delay) != 2) return -1;
    return delay;
}

/* Later events are lost, and the file says so. */
static void run_out(void)
{
    atomic_store(&full, 1);
    if (header) header[4] = 1;
}

/* Map the next piece of the file. Returns NULL, for good, when there is no room. */
static uint64_t *grow(uint64_t number)
{
    uint64_t *segment = NULL;
    pthread_mutex_lock(&growing);
    if (number < SEGMENTS && !atomic_load(&full) && !(segment = atomic_load(&segments[number]))) {
        int descriptor = open(path, O_RDWR | O_CLOEXEC);
        off_t offset = (off_t)number * SEGMENT_BYTES;
        if (descriptor >= 0 && posix_fallocate(descriptor, offset, SEGMENT_BYTES) == 0) {
            void *place = mmap(NULL, SEGMENT_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                               descriptor, offset);
            if (place != MAP_FAILED) segment = place;
        }
        if (descriptor >= 0) close(descriptor);
        atomic_store(&segments[number], segment);
    }
    if (!segment) run_out();
    pthread_mutex_unlock(&growing);
    return segment;
}

/* A fresh chunk for one thread; NULL when there is no room. */
static uint64_t *claim(int32_t thread)
{
    uint64_t index = atomic_fetch_add_explicit(&next_chunk, 1, memory_order_relaxed);
    uint64_t number = index / SEGMENT_CHUNKS;
    if (number >= SEGMENTS || atomic_load_explicit(&full, memory_order_relaxed)) {
        run_out();
        return NULL;
    }
    uint64_t *segment = atomic_load_explicit(&segments[number], memory_order_acquire);
    if (!segment && !(segment = grow(number))) return NULL;
    segment += index % SEGMENT_CHUNKS * CHUNK_WORDS;
    *segment = (uint32_t)thread;
    return segment;
}

static uint64_t word(uint64_t at, unsigned gil, unsigned kind)
{
    return (at - first_tick) << 16 | gil << 8 | kind;
}

/* The first event of a thread, of a chunk, or one with a reading. */
static __attribute__((noinline)) void note_slowly(unsigned kind, unsigned gil, uint64_t at)
{
    int saved = errno;
    if (me.recording != recording) {
        me.recording = recording;
        me.next = me.end = NULL;
        me.read_tick = 0;
        me.thread = (int32_t)syscall(SYS_gettid);
        pthread_setspecific(at_exit, &me);
    }
    if (me.end - me.next < EVENT_WORDS) {
        uint64_t *chunk = claim(me.thread);
        if (!chunk) {
            me.next = me.end = NULL;
            errno = saved;
            return;
        }
        me.next = chunk + 1;
        me.end = chunk + CHUNK_WORDS;
    }
    if (at - me.read_tick > read_every || kind == EXIT) {
        me.read_tick = at;
        at = tick();
        me.next[1] = (uint64_t)clock_ns(CLOCK_MONOTONIC);
        me.next[3] = (uint64_t)run_delay_ns("/proc/thread-self/schedstat");
        me.next[2] = (uint64_t)clock_ns(CLOCK_THREAD_CPUTIME_ID);
        atomic_thread_fence(memory_order_release); /* a reader that finds the event finds its reading */
        *me.next = word(at, gil, kind | READING);
        me.next += EVENT_WORDS;
    } else {
        *me.next++ = word(at, gil, kind);
    }
    errno = saved;
}

static inline void note(unsigned kind, unsigned gil)
{
    uint64_t at = tick();
    me.gil = gil;
    if (__builtin_expect(me.end - me.next >= EVENT_WORDS && me.recording == recording &&
                             at - me.read_tick <= read_every, 1))
        *me.next++ = word(at, gil, kind);
    else
        note_slowly(kind, gil, at);
}

/* Other destructors may take the GIL once more: ours comes again in the next round, and the last time it is
 * the end. */
static void thread_ends(void *mine)
{
    if (++me.farewells < PTHREAD_DESTRUCTOR_ITERATIONS) {
        pthread_setspecific(at_exit, mine);
        return;
    }
    if (atomic_load_explicit(&on, memory_order_relaxed)) note_slowly(EXIT, me.gil, tick());
}

static void forget(void)
{
    for (int number = 0; number < SEGMENTS; number++) {
        uint64_t *segment = atomic_exchange(&segments[number], NULL);
        if (segment) munmap(segment, SEGMENT_BYTES);
    }
    atomic_store(&gils_known, 0);
    header = NULL;
    recording++;
}

/* A forked copy starts unobserved: its parent's file is not its own. */
static void in_child(void)
{
    atomic_store(&on, 0);
    me.waiting = 0;
    pthread_mutex_init(&growing, NULL); /* another thread may have held it at the fork */
    forget();
}

static void *real(const char *name)
{
    void *found = NULL;
#if defined(__x86_64__) && defined(__GLIBC__)
    found = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2"); /* plain dlsym may return the one of 2.2.5 */
#endif
    return found ? found : dlsym(RTLD_NEXT, name);
}

__attribute__((constructor)) static void load(void)
{
    real_signal = real("pthread_cond_signal");
    real_wait = real("pthread_cond_wait");
    real_timedwait = real("pthread_cond_timedwait");
    pthread_key_create(&at_exit, thread_ends);
    pthread_atfork(NULL, NULL, in_child);
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    if (__builtin_expect(!real_signal, 0)) load(); /* another library's constructor came first */
    if (atomic_load_explicit(&on, memory_order_acquire)) {
        int known = atomic_load_explicit(&gils_known, memory_order_acquire);
        for (int number = 0; number < known; number++) {
            if (cond == gils[number].cond) {
                note(DROP, gils[number].id);
                break;
            }
            if (cond == gils[number].switch_cond) {
                me.waiting = 0;
                note(TAKE, gils[number].id);
                break;
            }
        }
    }
    return real_signal(cond);
}

/* One wait is a loop of timed waits, and its first one counts. A thread that was asked to let go waits on
 * switch_cond until another has taken the GIL: it wants it back, so its wait begins there. */
static void note_wait(pthread_cond_t *cond)
{
    if (me.waiting || !atomic_load_explicit(&on, memory_order_relaxed)) return;
    int known = atomic_load_explicit(&gils_known, memory_order_acquire);
    for (int number = 0; number < known; number++) {
        if (cond == gils[number].cond || cond == gils[number].switch_cond) {
            me.waiting = 1;
            note(WAIT, gils[number].id);
            break;
        }
    }
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
    if (!real_timedwait) load();
    note_wait(cond);
    return real_timedwait(cond, mutex, until);
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    if (!real_wait) load();
    note_wait(cond);
    return real_wait(cond, mutex);
}

/* ---- called through ctypes.PyDLL, so by a thread that holds the GIL it tells about ---- */

/* Whether the kernel itself keeps time by the processor's ticks: then they are steady and the same on all CPUs. */
static int ticks_are_a_clock(void)
{
    char name[32];
    return contents("/sys/devices/system/clocksource/clocksource0/current_clocksource", name, sizeof name) > 0 &&
           strncmp(name, "tsc", 3) == 0;
}

/* Ticks in READ_EVERY_NS, roughly: it decides how often is read, not when. */
static uint64_t measured(void)
{
    int64_t begin_ns = clock_ns(CLOCK_MONOTONIC), now_ns;
    uint64_t begin = tick();
    while ((now_ns = clock_ns(CLOCK_MONOTONIC)) - begin_ns < 100000) continue;
    return (tick() - begin) * READ_EVERY_NS / (uint64_t)(now_ns - begin_ns);
}

/* Begin a recording in an existing, empty file. Returns 0, -1 if there is no room for it, or -2 if one is under
 * way: others write to its memory. */
int conclab_gil_start(const char *file)
{
    if (atomic_load(&on)) return -2;
    forget();
    if (strlen(file) >= sizeof path) return -1;
    strcpy(path, file);
    atomic_store(&full, 0);
    atomic_store(&next_chunk, 0);
    processor_ticks = ticks_are_a_clock();
    read_every = measured();
    if (!grow(0)) return -1;
    header = claim(0);
    first_tick = tick() - 1; /* no event is a word of 0 */
    header[1] = read_every;
    header[2] = READ_EVERY_NS;
    header[3] = (uint64_t)clock_ns(CLOCK_MONOTONIC);
    note_slowly(START, 0, tick());
    atomic_store(&on, 1);
    return 0;
}

/* Watch one more GIL, held by the calling thread. The main one may be shared by an interpreter of the old kind;
 * any other address that is known already is used again by now. */
int conclab_gil_add(void *cond, void *switch_cond, int id)
{
    int known = atomic_load(&gils_known), place = 0;
    while (place < known && gils[place].cond != cond) place++;
    if (id && known && !place) return 0;
    if (place == GILS || id > 255 || !atomic_load(&on)) return -1;
    gils[place].cond = cond;
    gils[place].switch_cond = switch_cond;
    gils[place].id = (unsigned)id;
    if (place == known) atomic_store_explicit(&gils_known, known + 1, memory_order_release);
    me.waiting = 0;
    note(TAKE, (unsigned)id);
    return 0;
}

/* End the recording with a reading of every thread that lives. Returns 1 if events were lost, else 0. */
int conclab_gil_stop(void)
{
    if (!atomic_exchange(&on, 0)) return 0;
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char file[64];
        int thread = atoi(entry->d_name);
        uint64_t *chunk = thread ? claim(thread) : NULL;
        if (!chunk) continue;
        snprintf(file, sizeof file, "/proc/self/task/%d/schedstat", thread);
        chunk[2] = (uint64_t)clock_ns(CLOCK_MONOTONIC);
        /* the kernel's id of one thread's CPU clock: clock_getcpuclockid(3) has it for processes */
        chunk[3] = (uint64_t)clock_ns((clockid_t)(~(unsigned)thread << 3 | 6));
        chunk[4] = (uint64_t)run_delay_ns(file);
        chunk[1] = word(tick(), 0, END | READING);
    }
    if (folder) closedir(folder);
    return atomic_load(&full);
}
