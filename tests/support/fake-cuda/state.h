/* What the fake CUDA runtime keeps: memory, copies, captured graphs, and counts of all that it was asked for. */
#pragma once
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
#define LOCKED(result) \
  pthread_mutex_lock(&lock); \
  int done = (result); \
  pthread_mutex_unlock(&lock); \
  return done

/* What has happened since the last report. */
enum { max_names = 8192, max_faults = 16 };
static struct {
  const char *name;
  long count;
} counted[max_names];
static long launches, syncs, captures, captured_nodes, graph_launches, frees;
static struct {
  long count, bytes;
} copies[by_address];
static char faults[max_faults][160];
static int fault_count;
/* What is held now. */
static long streams, events, graphs, handles;

static int fault(int status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  if (fault_count < max_faults)
    vsnprintf(faults[fault_count++], sizeof faults[0], format, arguments);
  va_end(arguments);
  return status;
}

/* Memory: a block is what was asked for in one call. */
enum { max_blocks = 65536 };
static struct block {
  char *at;
  size_t bytes;
  int kind;
} blocks[max_blocks];
static int block_count;

static struct block *block_of(const void *pointer, size_t bytes) {
  for (int i = 0; i < block_count; i++)
    if ((char *)pointer >= blocks[i].at && (char *)pointer + bytes <= blocks[i].at + blocks[i].bytes)
      return &blocks[i];
  return NULL;
}
static int kind_of(const void *pointer) {
  struct block *block = block_of(pointer, 1);
  return block ? block->kind : unregistered;
}
static long held(int kind) {
  long bytes = 0;
  for (int i = 0; i < block_count; i++)
    bytes += blocks[i].kind == kind ? (long)blocks[i].bytes : 0;
  return bytes;
}

/* A stream that captures keeps its copies and launches for the graph, and nothing may wait or allocate meanwhile. */
struct node {
  void *to;
  const void *from;
  size_t bytes;
  int kind;
  struct node *next;
};
struct graph {
  struct node *first, **last;
  long nodes;
};
static struct graph *capture;

static int take(void **out, size_t bytes, int kind) {
  *out = NULL;
  if (capture)
    return fault(capture_unsupported, "memory was asked for while a graph was captured");
  if (bytes == 0)
    return success;
  if (block_count == max_blocks)
    return out_of_memory;
  void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED)
    return out_of_memory;
  blocks[block_count++] = (struct block){ *out = at, bytes, kind};
  return success;
}
static int drop(void *pointer, int kind) {
  if (!pointer)
    return success;
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
  if (bytes == 0)
    return success;
  int to_device = kind_of(to) == device, from_device = kind_of(from) == device;
  if (kind == by_address)
    kind = to_device ? (from_device ? device_to_device : host_to_device) : from_device ? device_to_host : host_to_host;
  if (to_device != (kind == host_to_device || kind == device_to_device) || (to_device && !block_of(to, bytes)))
    return fault(invalid_value, "a copy of %zu bytes goes where it says it does not: kind %d to %p", bytes, kind, to);
  if (from_device != (kind == device_to_host || kind == device_to_device) || (from_device && !block_of(from, bytes)))
    return fault(invalid_value, "a copy of %zu bytes comes from where it says it does not: kind %d from %p", bytes,
                 kind, from);
  if (capture) {
    struct node *node = malloc(sizeof *node);
    *node = (struct node){to, from, bytes, kind, NULL};
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
static struct {
  const void *function;
  const char *name;
} kernels[max_kernels];
static size_t slot_of(const void *function) {
  size_t slot = ((size_t)function >> 4) * 0x9e3779b97f4a7c15u % max_kernels;
  while (kernels[slot].function && kernels[slot].function != function)
    slot = (slot + 1) % max_kernels;
  return slot;
}
static int count(const char *name) {
  if (capture)
    captured_nodes++, capture->nodes++;
  else
    launches++;
  int i = 0;
  while (i < max_names - 1 && counted[i].name && strcmp(counted[i].name, name))
    i++;
  if (!counted[i].name)
    counted[i].name = strdup(name);
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
  WRITE("\"copies\":{\"hostToDevice\":{\"count\":%ld,\"bytes\":%ld},", copies[host_to_device].count,
        copies[host_to_device].bytes);
  WRITE("\"deviceToHost\":{\"count\":%ld,\"bytes\":%ld},", copies[device_to_host].count, copies[device_to_host].bytes);
  WRITE("\"deviceToDevice\":{\"count\":%ld,\"bytes\":%ld}},", copies[device_to_device].count,
        copies[device_to_device].bytes);
  WRITE("\"graphs\":{\"captured\":%ld,\"nodes\":%ld,\"launched\":%ld},", captures, captured_nodes, graph_launches);
  WRITE("\"held\":{\"deviceBytes\":%ld,\"pinnedBytes\":%ld,\"streams\":%ld,\"events\":%ld,\"graphs\":%ld,\"handles\":%"
        "ld},",
        held(device), held(pinned), streams, events, graphs, handles);
  WRITE("\"faults\":[");
  for (int i = 0; i < fault_count; i++)
    WRITE("%s\"%s\"", i ? "," : "", faults[i]);
  WRITE("],\"kernels\":{");
  int first = 1;
  for (int i = 0; i < max_names && counted[i].name; i++)
    if (counted[i].count)
      WRITE("%s\"%s\":%ld", first ? "" : ",", counted[i].name, counted[i].count), first = 0;
  WRITE("}}");
  launches = syncs = captures = captured_nodes = graph_launches = frees = fault_count = 0;
  memset(copies, 0, sizeof copies);
  for (int i = 0; i < max_names && counted[i].name; i++)
    counted[i].count = 0;
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
  if (!file)
    return;
  fputs(fake_report(), file);
  fclose(file);
}
