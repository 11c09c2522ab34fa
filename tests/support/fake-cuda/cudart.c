/* A CUDA runtime without a GPU. Device memory is host memory; kernels are counted by name and do not run. So what a
   program allocates, copies, launches, captures and gives back can be tested on any machine; what kernels compute
   cannot. Memory begins as zeros. Structures and numbers are those of CUDA 13's ABI. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { success, invalid_value, out_of_memory, invalid_device = 101, not_supported = 801, capture_unsupported = 900 };
enum { host_to_host, host_to_device, device_to_host, device_to_device, by_address };
enum { unregistered, pinned, device };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
#define LOCKED(result) pthread_mutex_lock(&lock); int done = (result); pthread_mutex_unlock(&lock); return done

/* What has happened since the last report. */
enum { max_names = 8192, max_faults = 16 };
static struct { const char *name; long count; } counted[max_names];
static long launches, syncs, captures, captured_nodes, graph_launches, frees;
static struct { long count, bytes; } copies[by_address];
static char faults[max_faults][160];
static int fault_count;
/* What is held now. */
static long streams, events, graphs, handles;

static int fault(int status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (fault_count < max_faults) vsnprintf(faults[fault_count++], sizeof faults[0], format, arguments);
  va_end(arguments);
  return status;
}

/* Memory: a block is what was asked for in one call. */
enum { max_blocks = 65536 };
static struct block { char *at; size_t bytes; int kind; } blocks[max_blocks];
static int block_count;

static struct block *block_of(const void *pointer, size_t bytes) {
  for (int i = 0; i < block_count; i++)
    if ((char *)pointer >= blocks[i].at && (char *)pointer + bytes <= blocks[i].at + blocks[i].bytes) return &blocks[i];
  return NULL;
}
static int kind_of(const void *pointer) {
  struct block *block = block_of(pointer, 1);
  return block ? block->kind : unregistered;
}
static long held(int kind) {
  long bytes = 0;
  for (int i = 0; i < block_count; i++) bytes += blocks[i].kind == kind ? (long)blocks[i].bytes : 0;
  return bytes;
}

/* A stream that captures keeps its copies and launches for the graph, and nothing may wait or allocate meanwhile. */
struct node { void *to; const void *from; size_t bytes; int kind; struct node *next; };
struct graph { struct node *first, **last; long nodes; };
static struct graph *capture;

static int take(void **out, size_t bytes, int kind) {
  *out = NULL;
  if (capture) return fault(capture_unsupported, "memory was asked for while a graph was captured");
  if (bytes == 0) return success;
  if (block_count == max_blocks) return out_of_memory;
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return out_of_memory;
  blocks[block_count++] = (struct block){ *out = at, bytes, kind };
  return success;
}
static int drop(void *pointer, int kind) {
  if (!pointer) return success;
  for (int i = 0; i < block_count; i++)
    if (blocks[i].at == pointer && blocks[i].kind == kind) {
      munmap(pointer, blocks[i].bytes);
      blocks[i] = blocks[--block_count];
      frees++;
      return success;
    }
  return fault(invalid_value, "memory was freed that nobody holds: %p", pointer);
}

static int move(void *to, const void *from, size_t bytes, int kind) {
  if (bytes == 0) return success;
  int to_device = kind_of(to) == device, from_device = kind_of(from) == device;
  if (kind == by_address) kind = to_device ? (from_device ? device_to_device : host_to_device) : from_device ? device_to_host : host_to_host;
  if (to_device != (kind == host_to_device || kind == device_to_device) || (to_device && !block_of(to, bytes)))
    return fault(invalid_value, "a copy of %zu bytes goes where it says it does not: kind %d to %p", bytes, kind, to);
  if (from_device != (kind == device_to_host || kind == device_to_device) || (from_device && !block_of(from, bytes)))
    return fault(invalid_value, "a copy of %zu bytes comes from where it says it does not: kind %d from %p", bytes, kind, from);
  if (capture) {
    struct node *node = malloc(sizeof *node);
    *node = (struct node){ to, from, bytes, kind, NULL };
    *capture->last = node;
    capture->last = &node->next;
    capture->nodes++;
    return success;
  }
  memmove(to, from, bytes);
  copies[kind].count++;
  copies[kind].bytes += (long)bytes;
  return success;
}

/* A program registers its kernels by the address of a host function. */
enum { max_kernels = 1 << 17 };
static struct { const void *function; const char *name; } kernels[max_kernels];
static size_t slot_of(const void *function) {
  size_t slot = ((size_t)function >> 4) * 0x9e3779b97f4a7c15u % max_kernels;
  while (kernels[slot].function && kernels[slot].function != function) slot = (slot + 1) % max_kernels;
  return slot;
}
static int count(const char *name) {
  if (capture) captured_nodes++, capture->nodes++;
  else launches++;
  int i = 0;
  while (i < max_names - 1 && counted[i].name && strcmp(counted[i].name, name)) i++;
  if (!counted[i].name) counted[i].name = strdup(name);
  counted[i].count++;
  return success;
}
static int launch(const void *function) {
  const char *name = kernels[slot_of(function)].name;
  return count(name ? name : "unknown");
}
static int make(void **out, long *counter) {
  *out = malloc(1);
  ++*counter;
  return success;
}
static int give_back(void *thing, long *counter) {
  free(thing);
  --*counter;
  return success;
}

/* For the stubs of the other libraries. */
int fake_count(const char *name) { LOCKED(count(name)); }
int fake_create(void **out) { LOCKED(make(out, &handles)); }
int fake_destroy(void *handle) { LOCKED(give_back(handle, &handles)); }

static int write_report(char *out, size_t size) {
  size_t at = 0;
#define WRITE(...) at += (size_t)snprintf(out + at, at < size ? size - at : 0, __VA_ARGS__)
  WRITE("{\"launches\":%ld,\"synchronizations\":%ld,\"frees\":%ld,", launches, syncs, frees);
  WRITE("\"copies\":{\"hostToDevice\":{\"count\":%ld,\"bytes\":%ld},", copies[host_to_device].count, copies[host_to_device].bytes);
  WRITE("\"deviceToHost\":{\"count\":%ld,\"bytes\":%ld},", copies[device_to_host].count, copies[device_to_host].bytes);
  WRITE("\"deviceToDevice\":{\"count\":%ld,\"bytes\":%ld}},", copies[device_to_device].count, copies[device_to_device].bytes);
  WRITE("\"graphs\":{\"captured\":%ld,\"nodes\":%ld,\"launched\":%ld},", captures, captured_nodes, graph_launches);
  WRITE("\"held\":{\"deviceBytes\":%ld,\"pinnedBytes\":%ld,\"streams\":%ld,\"events\":%ld,\"graphs\":%ld,\"handles\":%ld},", held(device), held(pinned), streams, events, graphs, handles);
  WRITE("\"faults\":[");
  for (int i = 0; i < fault_count; i++) WRITE("%s\"%s\"", i ? "," : "", faults[i]);
  WRITE("],\"kernels\":{");
  int first = 1;
  for (int i = 0; i < max_names && counted[i].name; i++)
    if (counted[i].count) WRITE("%s\"%s\":%ld", first ? "" : ",", counted[i].name, counted[i].count), first = 0;
  WRITE("}}");
  launches = syncs = captures = captured_nodes = graph_launches = frees = fault_count = 0;
  memset(copies, 0, sizeof copies);
  for (int i = 0; i < max_names && counted[i].name; i++) counted[i].count = 0;
  return (int)at;
}
/* What has happened since the last report, and what is held, as JSON. */
const char *fake_report(void) {
  static char out[1 << 22];
  pthread_mutex_lock(&lock);
  write_report(out, sizeof out);
  pthread_mutex_unlock(&lock);
  return out;
}
/* What a process leaves behind can only be said when it ends. */
__attribute__((destructor)) static void report_at_exit(void) {
  const char *path = getenv("FAKE_CUDA_REPORT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fputs(fake_report(), file);
  fclose(file);
}

typedef struct { unsigned x, y, z; } dim3;
static __thread struct { dim3 grid, block; size_t shared; void *stream; } configurations[16];
static __thread int depth;
static char fat_binary;
void **__cudaRegisterFatBinary(void *binary) { return (void **)&fat_binary; }
void __cudaRegisterFatBinaryEnd(void **binary) {}
void __cudaUnregisterFatBinary(void **binary) {}
void __cudaRegisterVar(void **binary, char *host, char *address, const char *name, int ext, size_t size, int constant, int global) {}
void __cudaRegisterFunction(void **binary, const char *function, char *device_function, const char *name) {
  size_t slot = slot_of(function);
  kernels[slot].function = function;
  kernels[slot].name = name;
}
unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, void *stream) {
  configurations[depth % 16].grid = grid;
  configurations[depth % 16].block = block;
  configurations[depth % 16].shared = shared;
  configurations[depth++ % 16].stream = stream;
  return success;
}
int __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *shared, void **stream) {
  depth--;
  *grid = configurations[depth % 16].grid;
  *block = configurations[depth % 16].block;
  *shared = configurations[depth % 16].shared;
  *stream = configurations[depth % 16].stream;
  return success;
}
int __cudaGetKernel(void **kernel, const void *function) { *kernel = (void *)function; return success; }
int __cudaLaunchKernel(void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared, void *stream) { LOCKED(launch(kernel)); }
int cudaLaunchKernel(const void *function, dim3 grid, dim3 block, void **arguments, size_t shared, void *stream) { LOCKED(launch(function)); }
int cudaLaunchCooperativeKernel(const void *function, dim3 grid, dim3 block, void **arguments, size_t shared, void *stream) { LOCKED(launch(function)); }
int cudaLaunchKernelExC(const void *configuration, const void *function, void **arguments) { LOCKED(launch(function)); }
int cudaLaunchHostFunc(void *stream, void (*function)(void *), void *data) { function(data); return success; }

struct properties {
  char name[256], uuid[16], luid[8];
  unsigned luid_mask;
  size_t global_memory, shared_memory;
  int registers, warp;
  size_t pitch;
  int threads, block[3], grid[3];
  size_t constant_memory;
  int major, minor;
  size_t texture_alignment, texture_pitch;
  int processors, integrated, maps_host, textures_and_surfaces[39];
  size_t surface_alignment;
  int concurrent, ecc, bus, slot, domain, tcc, copy_engines, unified, bus_width, l2, l2_persisting, threads_per_processor, priorities, l1[2];
  size_t shared_per_processor;
  int registers_per_processor, managed[8], cooperative;
  size_t shared_optin;
  int pageable_tables, host_access, blocks_per_processor, window;
  size_t shared_reserved;
  int host_register[4], pools;
};
int cudaGetDeviceProperties(struct properties *properties, int index) {
  memset(properties, 0, sizeof *properties);
  *properties = (struct properties){ .name = "Fake GPU", .global_memory = 80ull << 30, .shared_memory = 49152, .registers = 65536, .warp = 32,
    .threads = 1024, .block = { 1024, 1024, 64 }, .grid = { 2147483647, 65535, 65535 }, .constant_memory = 65536, .major = 9, .processors = 132,
    .concurrent = 1, .copy_engines = 3, .unified = 1, .l2 = 50 << 20, .threads_per_processor = 2048, .shared_per_processor = 233472,
    .registers_per_processor = 65536, .cooperative = 1, .shared_optin = 232448, .blocks_per_processor = 32, .pools = 1 };
  return index == 0 ? success : invalid_device;
}
int cudaDeviceGetAttribute(int *value, int attribute, int index) {
  static const int known[][2] = { { 1, 1024 }, { 8, 49152 }, { 10, 32 }, { 16, 132 }, { 39, 2048 }, { 75, 9 }, { 76, 0 }, { 81, 233472 }, { 97, 232448 } };
  *value = 1;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i][0] == attribute) *value = known[i][1];
  return success;
}
int cudaGetDeviceCount(int *count) { *count = 1; return success; }
int cudaGetDevice(int *index) { *index = 0; return success; }
int cudaSetDevice(int index) { return index == 0 ? success : invalid_device; }
int cudaDriverGetVersion(int *version) { *version = 13000; return success; }
int cudaRuntimeGetVersion(int *version) { *version = 13000; return success; }
int cudaGetLastError(void) { return success; }
int cudaPeekAtLastError(void) { return success; }
const char *cudaGetErrorName(int status) { return status == success ? "cudaSuccess" : "fakeCudaError"; }
const char *cudaGetErrorString(int status) { return status == success ? "no error" : "refused by the fake CUDA runtime"; }
int cudaGetDriverEntryPointByVersion(const char *symbol, void **function, unsigned version, unsigned long long flags, int *found) {
  *function = NULL;
  if (found) *found = 1;
  return not_supported;
}

int cudaMalloc(void **out, size_t bytes) { LOCKED(take(out, bytes, device)); }
int cudaMallocFromPoolAsync(void **out, size_t bytes, void *pool, void *stream) { LOCKED(take(out, bytes, device)); }
int cudaFree(void *pointer) { LOCKED(drop(pointer, device)); }
int cudaFreeAsync(void *pointer, void *stream) { LOCKED(drop(pointer, device)); }
int cudaMallocHost(void **out, size_t bytes) { LOCKED(take(out, bytes, pinned)); }
int cudaHostAlloc(void **out, size_t bytes, unsigned flags) { LOCKED(take(out, bytes, pinned)); }
int cudaFreeHost(void *pointer) { LOCKED(drop(pointer, pinned)); }
int cudaMemGetInfo(size_t *free_bytes, size_t *bytes) {
  *bytes = 80ull << 30;
  pthread_mutex_lock(&lock);
  *free_bytes = *bytes - (size_t)held(device);
  pthread_mutex_unlock(&lock);
  return success;
}
int cudaMemcpy(void *to, const void *from, size_t bytes, int kind) { LOCKED(move(to, from, bytes, kind)); }
int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *stream) { LOCKED(move(to, from, bytes, kind)); }
int cudaMemcpy2DAsync(void *to, size_t to_pitch, const void *from, size_t from_pitch, size_t width, size_t height, int kind, void *stream) {
  int status = success;
  for (size_t i = 0; i < height && status == success; i++) status = cudaMemcpy((char *)to + i * to_pitch, (const char *)from + i * from_pitch, width, kind);
  return status;
}
int cudaMemcpyFromSymbol(void *to, const void *symbol, size_t bytes, size_t offset, int kind) { memset(to, 0, bytes); return success; }
static int fill(void *pointer, int value, size_t bytes) {
  if (bytes > 0 && !block_of(pointer, bytes)) return fault(invalid_value, "%zu bytes are set where nobody holds them: %p", bytes, pointer);
  if (!capture) memset(pointer, value, bytes);
  return count("cudaMemset");
}
int cudaMemset(void *pointer, int value, size_t bytes) { LOCKED(fill(pointer, value, bytes)); }
int cudaMemsetAsync(void *pointer, int value, size_t bytes, void *stream) { LOCKED(fill(pointer, value, bytes)); }
struct pointer_attributes { int kind, device; void *on_device, *on_host; long reserved[8]; };
int cudaPointerGetAttributes(struct pointer_attributes *attributes, const void *pointer) {
  memset(attributes, 0, sizeof *attributes);
  pthread_mutex_lock(&lock);
  attributes->kind = kind_of(pointer);
  pthread_mutex_unlock(&lock);
  attributes->on_device = attributes->on_host = (void *)pointer;
  return success;
}

static int wait(void) {
  syncs++;
  return capture ? fault(capture_unsupported, "the stream was waited for while a graph was captured") : success;
}
int cudaStreamSynchronize(void *stream) { LOCKED(wait()); }
int cudaDeviceSynchronize(void) { LOCKED(wait()); }
int cudaEventSynchronize(void *event) { return success; }
int cudaStreamCreate(void **out) { LOCKED(make(out, &streams)); }
int cudaStreamCreateWithFlags(void **out, unsigned flags) { LOCKED(make(out, &streams)); }
int cudaStreamDestroy(void *stream) { LOCKED(give_back(stream, &streams)); }
int cudaStreamWaitEvent(void *stream, void *event, unsigned flags) { return success; }
int cudaEventCreate(void **out) { LOCKED(make(out, &events)); }
int cudaEventCreateWithFlags(void **out, unsigned flags) { LOCKED(make(out, &events)); }
int cudaEventDestroy(void *event) { LOCKED(give_back(event, &events)); }
int cudaEventRecord(void *event, void *stream) { return success; }
int cudaEventElapsedTime(float *milliseconds, void *from, void *to) { *milliseconds = 1; return success; }

static int begin_capture(void) {
  capture = calloc(1, sizeof *capture);
  capture->last = &capture->first;
  captures++;
  graphs++;
  return success;
}
static int end_capture(struct graph **out) {
  *out = capture;
  capture = NULL;
  return success;
}
static int replay(struct graph *graph) {
  graph_launches++;
  int status = success;
  for (struct node *node = graph->first; node && status == success; node = node->next) status = move(node->to, node->from, node->bytes, node->kind);
  return status;
}
int cudaStreamBeginCapture(void *stream, int mode) { LOCKED(begin_capture()); }
int cudaStreamEndCapture(void *stream, struct graph **out) { LOCKED(end_capture(out)); }
int cudaStreamIsCapturing(void *stream, int *status) { *status = capture ? 1 : 0; return success; }
/* What is launched is the graph itself, so a graph lives on behind its executable. */
int cudaGraphInstantiate(struct graph **executable, struct graph *graph, unsigned long long flags) {
  *executable = graph;
  return success;
}
int cudaGraphLaunch(struct graph *executable, void *stream) { LOCKED(replay(executable)); }
int cudaGraphDestroy(struct graph *graph) { return success; }
static int free_graph(struct graph *graph) {
  for (struct node *node = graph->first; node;) {
    struct node *next = node->next;
    free(node);
    node = next;
  }
  return give_back(graph, &graphs);
}
int cudaGraphExecDestroy(struct graph *executable) { LOCKED(free_graph(executable)); }

struct function_attributes { size_t shared, constant, local; int threads, registers, ptx, binary, cache, dynamic_shared; };
int cudaFuncGetAttributes(struct function_attributes *attributes, const void *function) {
  *attributes = (struct function_attributes){ .threads = 1024, .registers = 64, .ptx = 90, .binary = 90, .dynamic_shared = 49152 };
  return success;
}
int cudaFuncSetAttribute(const void *function, int attribute, int value) { return success; }
int cudaKernelSetAttributeForDevice(void *kernel, int attribute, int value, int index) { return success; }
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *function, int threads, size_t shared, unsigned flags) { *blocks = 2; return success; }
int cudaLibraryLoadData(void **library, const void *code) { LOCKED(make(library, &handles)); }
int cudaLibraryGetKernel(void **kernel, void *library, const char *name) { *kernel = library; return success; }
int cudaLibraryUnload(void *library) { LOCKED(give_back(library, &handles)); }
int cudaMemPoolCreate(void **pool, const void *properties) { LOCKED(make(pool, &handles)); }
int cudaMemPoolDestroy(void *pool) { LOCKED(give_back(pool, &handles)); }
int cudaMemPoolSetAttribute(void *pool, int attribute, void *value) { return success; }
int cudaMemPoolGetAttribute(void *pool, int attribute, unsigned long long *value) { *value = 0; return success; }
int cudaMemPoolTrimTo(void *pool, size_t bytes) { return success; }
