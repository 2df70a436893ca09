/* Preloaded into Node: the host refuses external ArrayBuffers, as Electron does. The addon finds N-API by dlsym. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static int refused;

/* napi_no_external_buffers_allowed */
static int refuse(void) {
  refused++;
  return 22;
}

/* The number of refusals, so that the test knows that it tested something. */
__attribute__((destructor)) static void report(void) { fprintf(stderr, "refused %d\n", refused); }

void *dlsym(void *handle, const char *name) {
  static void *(*real)(void *, const char *);
  if (real == NULL) {
    real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    if (real == NULL) real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    if (real == NULL) real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
  }
  if (strcmp(name, "napi_create_external_arraybuffer") == 0) return (void *)refuse;
  return real(handle, name);
}
