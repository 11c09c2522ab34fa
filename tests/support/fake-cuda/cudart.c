/* A CUDA runtime without a GPU. Device memory is host memory; kernels are counted by name and do not run. So what a
   program allocates, copies, launches, captures and gives back can be tested on any machine; what kernels compute
   cannot. Memory begins as zeros. Structures and numbers are those of CUDA 13's ABI. What is not here is generated
   (build.ts): it succeeds and does nothing. */
#include "state.h"

#define GIVES(function, value) \
  int function(int *out) { \
    *out = value; \
    return success; \
  }
GIVES(cudaGetDeviceCount, 1)
GIVES(cudaGetDevice, 0)
GIVES(cudaDriverGetVersion, 13000)
GIVES(cudaRuntimeGetVersion, 13000)

typedef struct {
  unsigned x, y, z;
} dim3;
struct configuration {
  dim3 grid, block;
  size_t shared;
  void *stream;
};
static __thread struct configuration configurations[16];
static __thread int depth;
static char fat_binary;
void **__cudaRegisterFatBinary(void *binary) { return (void **)&fat_binary; }
void __cudaRegisterFunction(void **binary, const char *function, char *device_function, const char *name) {
  size_t slot = slot_of(function);
  kernels[slot].function = function;
  kernels[slot].name = name;
}
unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, void *stream) {
  configurations[depth++ % 16] = (struct configuration){grid, block, shared, stream};
  return success;
}
int __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *shared, void **stream) {
  struct configuration *last = &configurations[--depth % 16];
  *grid = last->grid, *block = last->block, *shared = last->shared, *stream = last->stream;
  return success;
}
int __cudaGetKernel(void **kernel, const void *function) {
  *kernel = (void *)function;
  return success;
}
int __cudaLaunchKernel(void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared, void *stream) {
  LOCKED(launch(kernel));
}
int cudaLaunchKernel(const void *function, dim3 grid, dim3 block, void **arguments, size_t shared, void *stream) {
  LOCKED(launch(function));
}
int cudaLaunchCooperativeKernel(const void *function, dim3 grid, dim3 block, void **arguments, size_t shared,
                                void *stream) {
  LOCKED(launch(function));
}
int cudaLaunchKernelExC(const void *configuration, const void *function, void **arguments) { LOCKED(launch(function)); }
int cudaLaunchHostFunc(void *stream, void (*function)(void *), void *data) {
  function(data);
  return success;
}

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
  int concurrent, ecc, bus, slot, domain, tcc, copy_engines, unified, bus_width, l2, l2_persisting,
      threads_per_processor, priorities, l1[2];
  size_t shared_per_processor;
  int registers_per_processor, managed[8], cooperative;
  size_t shared_optin;
  int pageable_tables, host_access, blocks_per_processor, window;
  size_t shared_reserved;
  int host_register[4], pools;
};
int cudaGetDeviceProperties(struct properties *properties, int index) {
  memset(properties, 0, sizeof *properties);
  *properties = (struct properties){
      .name = "Fake GPU", .major = 9, .global_memory = 80ull << 30, .shared_memory = 49152, .registers = 65536,
      .warp = 32, .threads = 1024, .block = {1024, 1024, 64}, .grid = {2147483647, 65535, 65535}, .processors = 132,
      .constant_memory = 65536, .concurrent = 1, .copy_engines = 3, .unified = 1, .l2 = 50 << 20, .pools = 1,
      .threads_per_processor = 2048, .shared_per_processor = 233472, .registers_per_processor = 65536,
      .cooperative = 1, .shared_optin = 232448, .blocks_per_processor = 32};
  return index == 0 ? success : invalid_device;
}
int cudaDeviceGetAttribute(int *value, int attribute, int index) {
  static const int known[][2] = {{1, 1024}, {8, 49152}, {10, 32},     {16, 132},   {39, 2048},
                                 {75, 9},   {76, 0},    {81, 233472}, {97, 232448}};
  *value = 1;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i][0] == attribute)
      *value = known[i][1];
  return success;
}
int cudaSetDevice(int index) { return index == 0 ? success : invalid_device; }
const char *cudaGetErrorName(int status) { return status == success ? "cudaSuccess" : "fakeCudaError"; }
const char *cudaGetErrorString(int status) {
  return status == success ? "no error" : "refused by the fake CUDA runtime";
}
int cudaGetDriverEntryPointByVersion(const char *symbol, void **function, unsigned version, unsigned long long flags,
                                     int *found) {
  *function = NULL;
  if (found)
    *found = 1;
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
int cudaMemcpyAsync(void *to, const void *from, size_t bytes, int kind, void *stream) {
  LOCKED(move(to, from, bytes, kind));
}
int cudaMemcpy2DAsync(void *to, size_t to_pitch, const void *from, size_t from_pitch, size_t width, size_t height,
                      int kind, void *stream) {
  int status = success;
  for (size_t i = 0; i < height && status == success; i++)
    status = cudaMemcpy((char *)to + i * to_pitch, (const char *)from + i * from_pitch, width, kind);
  return status;
}
int cudaMemcpyFromSymbol(void *to, const void *symbol, size_t bytes, size_t offset, int kind) {
  memset(to, 0, bytes);
  return success;
}
static int fill(void *pointer, int value, size_t bytes) {
  if (bytes > 0 && !block_of(pointer, bytes))
    return fault(invalid_value, "%zu bytes are set where nobody holds them: %p", bytes, pointer);
  if (!capture)
    memset(pointer, value, bytes);
  return count("cudaMemset");
}
int cudaMemset(void *pointer, int value, size_t bytes) { LOCKED(fill(pointer, value, bytes)); }
int cudaMemsetAsync(void *pointer, int value, size_t bytes, void *stream) { LOCKED(fill(pointer, value, bytes)); }
struct pointer_attributes {
  int kind, device;
  void *on_device, *on_host;
  long reserved[8];
};
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
int cudaStreamCreate(void **out) { LOCKED(make(out, &streams)); }
int cudaStreamCreateWithFlags(void **out, unsigned flags) { LOCKED(make(out, &streams)); }
int cudaStreamDestroy(void *stream) { LOCKED(give_back(stream, &streams)); }
int cudaEventCreate(void **out) { LOCKED(make(out, &events)); }
int cudaEventCreateWithFlags(void **out, unsigned flags) { LOCKED(make(out, &events)); }
int cudaEventDestroy(void *event) { LOCKED(give_back(event, &events)); }
int cudaEventElapsedTime(float *milliseconds, void *from, void *to) {
  *milliseconds = 1;
  return success;
}

static int begin_capture(void) {
  capture = calloc(1, sizeof *capture);
  capture->last = &capture->first;
  captures++, graphs++;
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
  for (struct node *node = graph->first; node && status == success; node = node->next)
    status = move(node->to, node->from, node->bytes, node->kind);
  return status;
}
int cudaStreamBeginCapture(void *stream, int mode) { LOCKED(begin_capture()); }
int cudaStreamEndCapture(void *stream, struct graph **out) { LOCKED(end_capture(out)); }
int cudaStreamIsCapturing(void *stream, int *status) {
  *status = capture ? 1 : 0;
  return success;
}
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

struct function_attributes {
  size_t shared, constant, local;
  int threads, registers, ptx, binary, cache, dynamic_shared;
};
int cudaFuncGetAttributes(struct function_attributes *attributes, const void *function) {
  *attributes =
      (struct function_attributes){.threads = 1024, .registers = 64, .ptx = 90, .binary = 90, .dynamic_shared = 49152};
  return success;
}
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *function, int threads,
                                                           size_t shared, unsigned flags) {
  *blocks = 2;
  return success;
}
int cudaLibraryLoadData(void **library, const void *code) { LOCKED(make(library, &handles)); }
int cudaLibraryGetKernel(void **kernel, void *library, const char *name) {
  *kernel = library;
  return success;
}
int cudaLibraryUnload(void *library) { LOCKED(give_back(library, &handles)); }
int cudaMemPoolCreate(void **pool, const void *properties) { LOCKED(make(pool, &handles)); }
int cudaMemPoolDestroy(void *pool) { LOCKED(give_back(pool, &handles)); }
int cudaMemPoolGetAttribute(void *pool, int attribute, unsigned long long *value) {
  *value = 0;
  return success;
}
